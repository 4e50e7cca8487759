"""Long lists, remembered from page to page until the shop changes."""

from collections.abc import Callable, Hashable
from typing import TypeVar, cast

from flask import Blueprint, Response, request

from sandbox.changes import Box

T = TypeVar("T")
MOST = 8


class Remembered:
    """A hundred thousand orders are filtered and sorted once, not for each page. Asked under the box's lock."""

    def __init__(self, box: Box, blueprint: Blueprint) -> None:
        self._lists: dict[Hashable, list[object]] = {}
        box.listen(lambda _: self._lists.clear())
        blueprint.after_app_request(self._after)

    def found(self, name: Hashable, find: Callable[[], list[T]]) -> list[T]:
        """Of this name, not to be changed by who asks."""
        if name not in self._lists:
            while len(self._lists) >= MOST:
                del self._lists[next(iter(self._lists))]
            self._lists[name] = cast(list[object], find())
        return cast(list[T], self._lists[name])

    def _after(self, response: Response) -> Response:
        if request.method not in ("GET", "HEAD", "OPTIONS"):  # levers change what nobody is told of
            self._lists.clear()
        return response
