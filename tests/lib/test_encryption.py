"""Keys: made once, readable by us alone, several at a time."""

import multiprocessing
import stat
from dataclasses import replace
from pathlib import Path

import pytest

from app.errors import BadInput
from app.lib.encryption import KeyLost, Keyring, new_key
from app.settings import Settings, read


def at(home: Path, *keys: str) -> Settings:
    return replace(read({"REGULARS_HOME": str(home)}), keys=keys)


def test_what_is_sealed_opens_again_and_says_nothing_of_its_content() -> None:
    keyring = Keyring([new_key()])
    sealed = keyring.seal(b"a secret")
    assert keyring.open(sealed) == b"a secret"
    assert b"secret" not in sealed
    assert keyring.seal(b"a secret") != sealed


def test_the_first_key_encrypts_and_every_key_opens() -> None:
    old, new = new_key(), new_key()
    sealed = Keyring([old]).seal(b"x")
    both = Keyring([new, old])
    assert both.open(sealed) == b"x"
    with pytest.raises(KeyLost, match="not in REGULARS_KEYS"):
        Keyring([old]).open(both.seal(b"y"))


@pytest.mark.parametrize("place", [4, 15, 16, -1])
def test_a_changed_byte_is_noticed(place: int) -> None:
    keyring = Keyring([new_key()])
    sealed = bytearray(keyring.seal(b"twelve bytes"))
    sealed[place] ^= 1
    with pytest.raises(KeyLost, match="changed"):
        keyring.open(bytes(sealed))


@pytest.mark.parametrize("rubbish", [b"", b"abc", b"\0" * 40])
def test_rubbish_does_not_open(rubbish: bytes) -> None:
    with pytest.raises(KeyLost):
        Keyring([new_key()]).open(rubbish)


def test_a_keyed_hash_outlives_a_new_first_key() -> None:
    old = new_key()
    before = Keyring([old]).fingerprint("ada@example.com")
    assert Keyring([new_key(), old]).fingerprint("ada@example.com") == before
    assert Keyring([new_key()]).fingerprint("ada@example.com") != before
    assert len(before) == 64


@pytest.mark.parametrize("key", ["short", "not base64!", "A" * 43 + "=AAAA", "é" * 44])
def test_an_odd_key_is_named(key: str) -> None:
    with pytest.raises(BadInput, match="REGULARS_KEYS"):
        Keyring([key])


def test_the_key_file_is_made_once_and_is_ours_alone(tmp_path: Path) -> None:
    settings = at(tmp_path / "home")
    sealed = Keyring.load(settings).seal(b"x")
    assert stat.S_IMODE((tmp_path / "home" / "keys").stat().st_mode) == 0o600
    assert Keyring.load(settings).open(sealed) == b"x"
    assert [path.name for path in (tmp_path / "home").iterdir()] == ["keys"]


def test_keys_that_others_may_read_are_refused(tmp_path: Path) -> None:
    Keyring.load(at(tmp_path))
    (tmp_path / "keys").chmod(0o640)
    with pytest.raises(BadInput, match="chmod 600"):
        Keyring.load(at(tmp_path))


def test_the_settings_keys_come_before_the_file(tmp_path: Path) -> None:
    Keyring.load(at(tmp_path, new_key()))
    assert not (tmp_path / "keys").exists()


def test_many_processes_at_their_first_start_agree_on_one_key(tmp_path: Path) -> None:
    with multiprocessing.get_context("spawn").Pool(4) as pool:
        prints = pool.map(fingerprint_at, [tmp_path] * 8)
    assert len(set(prints)) == 1


def fingerprint_at(home: Path) -> str:
    return Keyring.load(at(home)).fingerprint("x")
