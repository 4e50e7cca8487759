"""The files of bulk operations: brought home in a stream, gone on with where it broke off, kept until they are read."""

import hashlib
import os
import time
from collections.abc import Generator
from pathlib import Path

import requests

from app.errors import PlatformDown, RegularsError
from app.reasons import Reason
from connectors.base import Wait
from connectors.shopify.transport import TIMEOUT

_TRIES = 5  # in a row that bring nothing
_LONGEST = 8.0  # seconds between two
_KEPT = 8 * 86_400  # seconds; Shopify itself has a file for seven days
_CHUNK = 1 << 18


class BulkFailed(RegularsError):
    """The platform gave a run up, or its file is no longer to be had. part: the run that left some of its rows behind.
    is_final: to run it again would end the same way; pages tell what can be told."""

    def __init__(self, message: str, part: str | None = None, *, is_final: bool = False) -> None:
        super().__init__(message)
        self.part, self.is_final = part, is_final


class Files:
    """The files of one shop in a folder that outlives the process."""

    def __init__(self, folder: Path, domain: str, session: requests.Session) -> None:
        self._folder, self._domain, self._session = folder, domain, session

    def bring(self, bulk_id: str, address: str, size: int | None, cursor: str) -> Generator[Wait, None, Path]:
        """The file under its own name, which it has only when whole; what is there already is not brought again."""
        path = self._path(bulk_id)
        if path.exists():
            return path
        self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._sweep()
        partial, misses = path.with_suffix(".part"), 0
        while True:
            had = _size(partial)
            try:
                self._receive(address, partial, size)
                break
            except (requests.RequestException, PlatformDown) as error:
                misses = 0 if _size(partial) > had else misses + 1
                if misses == _TRIES:
                    raise PlatformDown(f"the bulk file cannot be brought home: {error}") from error
                why = Reason("file_broke_off", details=f"after {_size(partial)} bytes: {error}")
                yield Wait(min(_LONGEST, 0.25 * 2**misses), why, cursor)
        os.replace(partial, path)
        return path

    def drop(self, bulk_id: str) -> None:
        path = self._path(bulk_id)
        for one in (path, path.with_suffix(".part")):
            one.unlink(missing_ok=True)

    def _receive(self, address: str, partial: Path, size: int | None) -> None:
        had = _size(partial)
        if had and had == size:
            return  # all there, only not yet named so
        headers = {"Accept-Encoding": "identity", **({"Range": f"bytes={had}-"} if had else {})}
        with self._session.get(address, headers=headers, stream=True, timeout=TIMEOUT) as response:
            if response.status_code == 416:  # nothing of it stands there: what we have is another file's
                partial.unlink(missing_ok=True)
            _see(response)
            goes_on = response.status_code == 206 and response.headers.get("Content-Range", "").startswith(
                f"bytes {had}-"
            )
            with partial.open("ab" if goes_on else "wb") as file:
                for chunk in response.iter_content(_CHUNK):
                    file.write(chunk)
        self._check(partial, size if size is not None else _announced(response, had if goes_on else 0))

    def _check(self, partial: Path, size: int | None) -> None:
        have = _size(partial)
        if size is None or have == size:
            return
        if have > size:
            partial.unlink()  # another file than was told: begun again
        raise PlatformDown(f"it has {have} bytes of {size}")

    def _path(self, bulk_id: str) -> Path:
        name = hashlib.sha256(f"{self._domain} {bulk_id}".encode()).hexdigest()[:24]
        return self._folder / f"{name}.jsonl"

    def _sweep(self) -> None:
        """What nobody will ask for again: of shops that left, of runs that were given up."""
        for old in self._folder.iterdir():
            if _age(old) > _KEPT:
                old.unlink(missing_ok=True)


def _see(response: requests.Response) -> None:
    status = response.status_code
    if status in {400, 403, 404, 410}:  # the signed address lives seven days
        raise BulkFailed(f"the bulk file's address has run out (HTTP {status})")
    if status not in {200, 206}:
        raise PlatformDown(f"the bulk file's server answered HTTP {status}")


def _announced(response: requests.Response, had: int) -> int | None:
    length = response.headers.get("Content-Length", "")
    return had + int(length) if length.isdecimal() else None


def _size(path: Path) -> int:
    return path.stat().st_size if path.exists() else 0


def _age(path: Path) -> float:
    try:
        return time.time() - path.stat().st_mtime
    except FileNotFoundError:  # another worker swept it
        return 0.0
