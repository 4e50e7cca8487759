"""One frozen Settings, read from the environment, loud on a missing or odd value; every value has a default."""

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from app.errors import BadInput


@dataclass(frozen=True)
class Settings:
    home: Path  # where the SQLite file and the key file live
    database_url: str
    public_url: str | None  # None: pull only, and no marketing mail
    smtp_url: str | None
    allow_private_shops: bool
    keys: tuple[str, ...]  # REGULARS_KEYS, the first encrypts; empty: the key file
    shopify_origin: str | None  # demo databases only
    clock: Path | None  # demo databases only
    shopify_client_id: str | None
    shopify_client_secret: str | None
    shopify_client_secret_old: str | None = None  # while secrets are changed: still good for what comes in
    host: str = "127.0.0.1"
    port: int = 8000
    threads: int = 32
    metrics_token: str | None = None  # None: /metrics answers this machine alone
    processes: int = 1  # of the web, on PostgreSQL; SQLite has one

    @property
    def is_sqlite(self) -> bool:
        return self.database_url.startswith("sqlite")


def read(environ: Mapping[str, str] = os.environ) -> Settings:
    """Settings from the environment. Raises BadInput naming the variable."""
    home = Path(environ.get("REGULARS_HOME") or Path.home() / ".regulars").expanduser()
    clock = environ.get("REGULARS_CLOCK")
    return Settings(
        home=home,
        database_url=database_url(environ.get("DATABASE_URL") or f"sqlite:///{home / 'regulars.sqlite'}"),
        public_url=_url(environ, "PUBLIC_URL", ("http", "https")),
        smtp_url=_url(environ, "SMTP_URL", ("smtp", "smtps")),
        allow_private_shops=_flag(environ, "REGULARS_ALLOW_PRIVATE_SHOPS"),
        keys=tuple(environ.get("REGULARS_KEYS", "").replace(",", " ").split()),
        shopify_origin=_url(environ, "REGULARS_SHOPIFY_ORIGIN", ("http", "https")),
        clock=Path(clock) if clock else None,
        shopify_client_id=environ.get("SHOPIFY_CLIENT_ID") or None,
        shopify_client_secret=environ.get("SHOPIFY_CLIENT_SECRET") or None,
        shopify_client_secret_old=environ.get("SHOPIFY_CLIENT_SECRET_OLD") or None,
        host=environ.get("HOST") or "127.0.0.1",
        port=_number(environ, "PORT", 8000, 1, 65535),
        threads=_number(environ, "REGULARS_THREADS", 32, 1, 256),
        metrics_token=environ.get("REGULARS_METRICS_TOKEN") or None,
        processes=_number(environ, "REGULARS_PROCESSES", 1, 1, 64),
    )


def database_url(text: str) -> str:
    """A database's address in SQLAlchemy's form: `postgres://` and `postgresql://` mean psycopg."""
    if text.startswith("sqlite:///") or text == "sqlite://":
        return text
    found = re.match(r"postgres(?:ql)?(?:\+psycopg)?://(.+)", text, re.DOTALL)
    if not found:
        raise BadInput("is neither sqlite:///FILE nor postgresql://…", "DATABASE_URL")
    return f"postgresql+psycopg://{found[1]}"


def _url(environ: Mapping[str, str], name: str, schemes: tuple[str, ...]) -> str | None:
    text = environ.get(name, "").strip().rstrip("/")
    if not text:
        return None
    try:
        parts = urlsplit(text)
        is_good = parts.scheme in schemes and bool(parts.hostname) and parts.port != 0
    except ValueError:  # a port or an IPv6 address that is none
        is_good = False
    if not is_good:
        shown = re.sub(r"//.*@", "//…@", text)  # without a password
        raise BadInput(f"{shown!r} is not an address that begins with {' or '.join(s + '://' for s in schemes)}", name)
    return text


def _flag(environ: Mapping[str, str], name: str) -> bool:
    text = environ.get(name, "").lower()
    if text not in ("", "0", "1", "no", "yes", "false", "true", "off", "on"):
        raise BadInput(f"{text!r} is neither yes nor no", name)
    return text in ("1", "yes", "true", "on")


def _number(environ: Mapping[str, str], name: str, default: int, low: int, high: int) -> int:
    text = environ.get(name, "")
    if not text:
        return default
    if not re.fullmatch("[0-9]{1,9}", text) or not low <= int(text) <= high:
        raise BadInput(f"{text!r} is not a whole number from {low} to {high}", name)
    return int(text)
