"""Memory that one thread frees is another's to use."""

import subprocess
import sys

import pytest

_THREADS = """
import ctypes, sys, threading

if sys.argv[1] == "shared":
    from app.lib.memory import share_one_arena
    share_one_arena()


def allocate():
    held = [bytes(2000) for _ in range(5_000)]  # freed when the thread ends, and kept by its arena

for _ in range(8):
    barrier = threading.Barrier(2)
    threads = [threading.Thread(target=lambda: (barrier.wait(), allocate(), barrier.wait())) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
ctypes.CDLL(None).malloc_stats()
"""


def arenas(how: str) -> int:
    run = subprocess.run([sys.executable, "-c", _THREADS, how], capture_output=True, text=True, check=True)
    return run.stderr.count("Arena ")


@pytest.mark.skipif(sys.platform != "linux", reason="glibc's arenas")
def test_threads_share_one_arena() -> None:
    assert arenas("apart") > 1
    assert arenas("shared") == 1
