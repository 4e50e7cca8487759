"""Background work behind one contract: what waits is a row, a job carries its key."""

from app.jobs.base import Again, Job, defer, fire, revive

__all__ = ["Again", "Job", "defer", "fire", "revive"]
