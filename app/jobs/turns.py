"""A worker's turn in a lane: its jobs one after the other, until none is due or others shall have their turn."""

import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager

from app.errors import RegularsError
from app.jobs.base import Again, Job
from app.jobs.claims import Claims, Lane
from app.lib.log import log

Handler = Callable[[Job], Again | None]
TURN = 0.5  # seconds


class Turns:
    """What a worker does in whatever lane it is sent to."""

    def __init__(self, claims: Claims, handlers: Mapping[str, Handler]) -> None:
        self.claims = claims
        self._handlers = handlers
        self._in_hand: set[int] = set()

    def renew(self) -> None:
        """A sign of life for what is in hand, and for no job whose end we could not write down."""
        self.claims.renew(list(self._in_hand))

    def take(self, lane: Lane, may_go_on: Callable[[], bool]) -> bool:
        """Work the lane's jobs. False: it was left because we may not go on, and more may be due."""
        job = self.claims.claim(lane)
        is_free = True
        while job is not None and is_free:
            is_free = may_go_on()
            job = self._do(job, is_free)
        return is_free

    def _do(self, job: Job, go_on: bool) -> Job | None:
        self._in_hand.add(job.id)
        try:
            result = self._handlers[job.name](job)
        except RegularsError as error:
            log.warning("job", job=job.id, name=job.name, shop=job.shop_id, error=str(error))
            return self.claims.fail(job, error, go_on=go_on)
        except Exception as error:  # whatever it is, it is written down, and the others go on
            log.exception("job", job=job.id, name=job.name, shop=job.shop_id)
            return self.claims.fail(job, error, go_on=go_on)
        else:
            return self.claims.finish(job, result, go_on=go_on)
        finally:
            self._in_hand.discard(job.id)


@contextmanager
def pulse(turns: Turns, beat: Callable[[], object]) -> Iterator[None]:
    """Signs of life while it lasts; with each, what was a dead worker's comes back."""
    end = threading.Event()

    def keep() -> None:
        while not end.wait(turns.claims.lease / 4):
            with patience(end):
                turns.renew()
                turns.claims.free_abandoned()
                beat()

    thread = threading.Thread(target=keep, name="pulse")
    thread.start()
    try:
        yield
    finally:
        end.set()
        thread.join()


@contextmanager
def patience(stop: threading.Event) -> Iterator[None]:
    """A database that is away for a while stops nobody for good."""
    try:
        yield
    except Exception:  # whatever the drivers raise
        log.exception("the worker cannot reach its database")
        stop.wait(1)
