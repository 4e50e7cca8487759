"""Memory stays flat over years: what a process frees can be used again by all its threads."""

import ctypes
import gc
import sys

_ARENA_MAX = -8  # M_ARENA_MAX of <malloc.h>
_YOUNG = 50_000  # objects


def share_one_arena() -> None:
    """To call before threads begin. glibc gives each thread an arena of its own and keeps there what was freed, so an
    import grew with its length; threads that take turns in the interpreter allocate one at a time anyway."""
    if sys.platform == "linux":
        mallopt = getattr(ctypes.CDLL(None), "mallopt", None)  # other libraries of C have none, nor such arenas
        if mallopt is not None:
            mallopt(_ARENA_MAX, 1)


def look_for_cycles_less_often() -> None:
    """To call when all is imported. By itself Python looks after every 700 objects that stay, and an import keeps a
    batch of orders at once, none of them in a cycle."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(_YOUNG, 10, 10)
