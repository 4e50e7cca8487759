"""The worker itself, in a process that writes down what it has used when a run begins and ends:
`python -m benchmarks.worker FILE`."""

import json
import resource
import sys
import time
from pathlib import Path
from typing import Any

from sqlalchemy import event, inspect

from sync.__main__ import main
from sync.models import Run


def watch(path: Path) -> None:
    """A line for every run whose state changes: CPU seconds of this process, user and system, of all its threads."""

    def note(mapper: Any, connection: Any, run: Run) -> None:
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        line = {"resource": run.resource, "state": run.state, "kind": run.kind, "done": run.done}
        with path.open("a") as file:
            said = {**line, "cpu": time.process_time(), "at": time.monotonic(), "peak_mb": peak // 1024}
            file.write(json.dumps(said) + "\n")

    def note_change(mapper: Any, connection: Any, run: Run) -> None:
        if inspect(run).attrs.state.history.has_changes():
            note(mapper, connection, run)

    event.listen(Run, "after_insert", note)
    event.listen(Run, "after_update", note_change)


if __name__ == "__main__":
    watch(Path(sys.argv[1]))
    sys.exit(main())
