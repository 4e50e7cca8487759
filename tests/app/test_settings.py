"""Settings: a default for everything, loud on what is odd."""

from pathlib import Path

import pytest

from app.errors import BadInput
from app.settings import database_url, read


def test_everything_has_a_default() -> None:
    settings = read({})
    assert settings.is_sqlite
    assert settings.database_url.endswith("/.regulars/regulars.sqlite")
    assert (settings.public_url, settings.smtp_url, settings.allow_private_shops) == (None, None, False)


@pytest.mark.parametrize("text", ["postgres://u@h/d", "postgresql://u@h/d", "postgresql+psycopg://u@h/d"])
def test_postgresql_may_be_written_as_people_write_it(text: str) -> None:
    assert database_url(text) == "postgresql+psycopg://u@h/d"


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("DATABASE_URL", "mysql://h/d"),
        ("PUBLIC_URL", "crm.example.com"),
        ("PUBLIC_URL", "ftp://crm.example.com"),
        ("SMTP_URL", "mail.example.com:25"),
        ("REGULARS_ALLOW_PRIVATE_SHOPS", "perhaps"),
        ("PORT", "http"),
        ("PORT", "70000"),
        ("PORT", "²"),
        ("PUBLIC_URL", "https://crm.example.com:port"),
        ("PUBLIC_URL", "https://[crm"),
    ],
)
def test_an_odd_value_is_named_with_its_variable(name: str, value: str) -> None:
    with pytest.raises(BadInput, match=f"^{name}: "):
        read({name: value})


def test_a_password_is_not_repeated() -> None:
    with pytest.raises(BadInput) as error:
        read({"SMTP_URL": "mail://ada:s3cret@mail.example.com"})
    assert "s3cret" not in str(error.value)


def test_values_are_read(tmp_path: Path) -> None:
    settings = read(
        {"REGULARS_HOME": str(tmp_path), "PUBLIC_URL": "https://crm.example.com/", "REGULARS_KEYS": "a, b", "PORT": "9"}
    )
    assert (settings.home, settings.public_url, settings.keys, settings.port) == (
        tmp_path, "https://crm.example.com", ("a", "b"), 9,
    )  # fmt: skip
