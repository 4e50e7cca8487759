"""GraphQL over HTTP: one version, paced by the shop's own bucket, every trouble an error that says who must act."""

import logging
import time
from collections.abc import Callable, Mapping, Sequence
from functools import cache
from typing import Any, TypeVar

import msgspec
import requests

from app.errors import AuthLost, PlatformDown, RateLimited, RegularsError
from connectors.base import Refusal
from connectors.shopify.auth import Token
from connectors.shopify.pace import Cost, Pace
from connectors.shopify.queries import document
from connectors.vault import Secrets

VERSION = "2026-10"
PATIENCE = 12.0  # seconds that one call may wait inside; what takes longer is the caller's to wait for
TIMEOUT = (5, 60)
_PAUSES = (0.5, 1.5, 4.0)
DENIED = "ACCESS_DENIED"
_TROUBLES = frozenset({"INTERNAL_SERVER_ERROR", "TIMEOUT"})  # a null beside one of these says nothing of the field
log = logging.getLogger(__name__)
T = TypeVar("T")


class Search(msgspec.Struct):
    warnings: list[dict[str, Any]] = []


class Extensions(msgspec.Struct):
    cost: Cost | None = None
    search: list[Search] = []


class GraphError(msgspec.Struct):
    message: str = ""
    path: list[str | int] = []
    extensions: dict[str, Any] = {}

    @property
    def code(self) -> str:
        return str(self.extensions.get("code", ""))

    @property
    def field(self) -> str:
        return _named(self.path)

    @property
    def words(self) -> str:
        return f"{self.field}: {self.message}" if self.field else self.message


class Answer(msgspec.Struct):
    """data as raw JSON, for the caller's own type to read; errors beside data say what was refused."""

    data: msgspec.Raw = msgspec.Raw(b"null")
    errors: list[GraphError] | str = []
    extensions: Extensions | None = None

    @property
    def refusals(self) -> list[str]:
        """What was refused, in words, each once."""
        return list(dict.fromkeys(error.words for error in self.refused))

    @property
    def refused(self) -> list[GraphError]:
        return [GraphError(self.errors)] if isinstance(self.errors, str) else self.errors

    def read(self, kind: type[T]) -> T:
        return msgspec.json.decode(self.data, type=kind)


_answer = msgspec.json.Decoder(Answer)


_paces: dict[str, Pace] = {}


class Transport:
    def __init__(self, domain: str, secrets: Secrets, session: requests.Session) -> None:
        self.domain, self.session = domain, session
        self.refusals: dict[str, Refusal] = {}
        self._token = Token(domain, secrets, session)
        self._pace = _paces.setdefault(domain, Pace())
        self._sleep: Callable[[float], None] = time.sleep

    def ask(self, name: str, variables: Mapping[str, Any] | None = None) -> Answer:
        """The answer to a document of `queries/`. Partial data is kept, `refused` says what is missing of it."""
        body = msgspec.json.encode({"query": document(name), "variables": variables or {}})
        patience, size = Patience(self._sleep), _size(variables or {})
        while True:
            answer = self._paid(name, size, body, patience)
            if answer is None:
                continue
            codes = {error.code for error in answer.refused}
            if "THROTTLED" in codes:
                patience.wait(0.2, f"{self.domain} throttles us")  # and in line as long as its bucket says
            elif not codes & _TROUBLES or not patience.may_go_on(f"{self.domain} failed at {name}"):
                return self._checked(name, answer)

    def run(self, name: str, variables: Mapping[str, Any] | None, kind: type[T], *, may_lack: bool = False) -> T:
        """An answer that is of use only when whole; may_lack: but for fields that the app may not have."""
        answer = self.ask(name, variables)
        if any(not may_lack or error.code != DENIED for error in answer.refused):
            raise _error(name, answer.refused)
        return answer.read(kind)

    def _paid(self, name: str, size: int, body: bytes, patience: "Patience") -> Answer | None:
        def wait(seconds: float) -> None:
            patience.wait(seconds, f"{self.domain} lets us ask again soon")

        with self._pace.turn(name, size, wait) as turn:
            answer = self._try(body, patience)
            turn.cost = answer.extensions.cost if answer and answer.extensions else None
        return answer

    def _try(self, body: bytes, patience: "Patience") -> Answer | None:
        """One request; None when it is worth another try, after a pause that was taken here."""
        token = self._token.value()
        headers = {"X-Shopify-Access-Token": token, "Content-Type": "application/json", "Accept": "application/json"}
        url = f"https://{self.domain}/admin/api/{VERSION}/graphql.json"
        try:
            response = self.session.post(url, data=body, headers=headers, timeout=TIMEOUT, allow_redirects=False)
        except (requests.RequestException, PlatformDown) as error:  # the guarded session says it in its own words
            patience.again(PlatformDown(f"{self.domain} does not answer: {error}"))
            return None
        self._check_version(response)
        if response.status_code == 200:
            try:
                return _answer.decode(response.content)
            except msgspec.MsgspecError as error:
                patience.again(PlatformDown(f"{self.domain} answered something else than JSON: {error}"))
                return None
        self._refused(response, token, patience)
        return None

    def _refused(self, response: requests.Response, token: str, patience: "Patience") -> None:
        status = response.status_code
        if status == 401 and patience.once() and self._token.forget(token):
            return  # the token had run out or was taken back: a fresh one decides
        if status in {401, 403}:
            raise self._token.lost(f"{self.domain} no longer accepts our access token (HTTP {status}).")
        if status in {402, 404, 423}:
            raise AuthLost(f"{self.domain} is closed, frozen or not a shop (HTTP {status}).", "shop")
        if status == 429:
            patience.wait(_retry_after(response), f"{self.domain} answers 429")
            return
        trouble = PlatformDown(f"{self.domain} answered HTTP {status}.")
        if status < 500:
            raise trouble
        patience.again(trouble)

    def _check_version(self, response: requests.Response) -> None:
        served = response.headers.get("X-Shopify-API-Version", VERSION)
        if served != VERSION:
            _say_once(f"{self.domain} served Admin API {served} instead of {VERSION}")
        if reason := response.headers.get("X-Shopify-API-Deprecated-Reason"):
            _say_once(f"{self.domain} says that we use something deprecated: {reason}")

    def _checked(self, name: str, answer: Answer) -> Answer:
        warnings = [w for search in (answer.extensions.search if answer.extensions else ()) for w in search.warnings]
        if warnings:  # the platform ignores a filter that it does not know, and answers everything
            raise RegularsError(f"{name}: the search was not understood: {warnings}")
        if bytes(answer.data) == b"null":
            raise _error(name, answer.refused or [GraphError("an answer without data")])
        data = answer.read(Any) if answer.refused else None
        for error in answer.refused:
            refusal = _refusal(error, data)
            self.refusals.setdefault(refusal.field, refusal)
        return answer


def _refusal(error: GraphError, data: Any) -> Refusal:
    """With the record of which it was refused: the first thing on the way to the field that has an id."""
    steps = error.path[:-1] if error.code == DENIED else ()
    for place, step in enumerate(steps, 1):
        data = _below(data, step)
        if isinstance(data, dict) and "id" in data:
            kind, _, number = str(data["id"]).removeprefix("gid://shopify/").partition("/")
            return Refusal(f"{kind}.{_named(error.path[place:])}", error.message, number)
    return Refusal(error.field, error.message)


def _below(data: Any, step: str | int) -> Any:
    """A field that was refused leaves nothing below it, and where it may not be null nothing above it."""
    if isinstance(data, dict):
        return data.get(step)
    return data[step] if isinstance(data, list) and isinstance(step, int) and step < len(data) else None


def _named(path: Sequence[str | int]) -> str:
    """Without the places in lists: one refused field of many nodes is refused once."""
    return ".".join(step for step in path if isinstance(step, str))


@cache
def _say_once(words: str) -> None:
    log.warning(words)


def _size(variables: Mapping[str, Any]) -> int:
    """Of the page or of the list of ids that is asked for."""
    return int(variables.get("first") or len(variables.get("ids") or ()))


class Patience:
    """How long one call has waited inside. Short waits are slept, longer ones raised."""

    def __init__(self, sleep: Callable[[float], None]) -> None:
        self._sleep, self._left, self._tries, self._was_asked = sleep, PATIENCE, 0, False

    def once(self) -> bool:
        """True the first time."""
        was_asked, self._was_asked = self._was_asked, True
        return not was_asked

    def wait(self, seconds: float, why: str) -> None:
        if seconds > self._left:
            raise RateLimited(f"{why}: in {seconds:.1f} s", seconds)
        self._left -= seconds
        if seconds > 0:
            self._sleep(seconds)

    def may_go_on(self, why: str) -> bool:
        """After a pause, while there is patience left."""
        try:
            self.again(PlatformDown(why))
        except PlatformDown:
            return False
        return True

    def again(self, error: RegularsError) -> None:
        if self._tries == len(_PAUSES) or _PAUSES[self._tries] > self._left:
            raise error
        self._tries += 1
        self.wait(_PAUSES[self._tries - 1], str(error))


def _retry_after(response: requests.Response) -> float:
    try:
        return max(0.1, float(response.headers.get("Retry-After", 2)))
    except ValueError:  # a date: rare enough to wait a round minute
        return 60.0


def _error(name: str, errors: list[GraphError]) -> RegularsError:
    words = "; ".join(dict.fromkeys(error.words for error in errors))
    codes = {error.code for error in errors}
    if DENIED in codes:
        return AuthLost(f"Shopify refuses {name}: {words}")
    if "INTERNAL_SERVER_ERROR" in codes:
        return PlatformDown(f"Shopify failed at {name}: {words}")
    return RegularsError(f"Shopify cannot answer {name}: {words}")
