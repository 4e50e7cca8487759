"""A context without a mail server: what would be sent stays queued, to be read."""

from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import Engine

from app.context import Context
from app.lib.encryption import Keyring
from app.settings import read


@pytest.fixture
def context(engine: Engine, tmp_path: Path) -> Context:
    settings = replace(read({"REGULARS_HOME": str(tmp_path)}), public_url="https://crm.example.com")
    return Context(settings, engine, Keyring.load(settings))
