"""The folder is the registry: every module in a package, by name."""

import importlib
import pkgutil
from types import ModuleType


def modules(package: ModuleType) -> dict[str, ModuleType]:
    """The modules of a package by their own name, sorted; those that begin with an underscore are left out."""
    names = sorted(info.name for info in pkgutil.iter_modules(package.__path__) if not info.name.startswith("_"))
    return {name: importlib.import_module(f"{package.__name__}.{name}") for name in names}
