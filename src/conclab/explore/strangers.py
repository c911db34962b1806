"""Primitives of the real kind, made before the exploration began: the scheduler does not know them.

A lock would be waited for in C. The others keep what an earlier execution left in them, and nobody sees what
is done with them.
"""

from __future__ import annotations

import _queue
import _thread
import concurrent.futures
import queue
import threading
from typing import Any

from conclab.explore.conditions import Condition, RealCondition
from conclab.explore.signals import Event, RealEvent

LOCKS: tuple[type, ...] = (_thread.LockType, _thread.RLock)
OURS = (Condition, Event)
# Which part of it tells.
PARTS: tuple[tuple[type, str, str], ...] = (
    (RealCondition, "_lock", "a condition"),
    (RealEvent, "_cond", "an event"),
    (threading.Semaphore, "_cond", "a semaphore"),
    (threading.Barrier, "_cond", "a barrier"),
    (queue.Queue, "mutex", "a queue"),
    (concurrent.futures.Future, "_condition", "a future"),
    (concurrent.futures.ThreadPoolExecutor, "_shutdown_lock", "an executor"),
)


def kind_of(thing: Any) -> str | None:
    """What to call it if it is one of those; None for everything else."""
    if isinstance(thing, LOCKS):
        return "a lock"
    if isinstance(thing, _queue.SimpleQueue):
        return "a queue"
    if isinstance(thing, OURS):
        return None
    if isinstance(thing, threading.Thread):
        return _kind_of_thread(thing)
    for kind, part, words in PARTS:
        if isinstance(thing, kind):
            return words if kind_of(getattr(thing, part, None)) else None
    return None


def _kind_of_thread(thread: threading.Thread) -> str | None:
    started = thread.ident is not None and not hasattr(thread, "_conclab_task")
    return "a thread" if started and not isinstance(thread, threading._DummyThread) else None


def sentence(what: str, line: int, kind: str) -> str:
    """What a person reads."""
    return (
        f"{what} (line {line}) is {kind} that was made before the exploration began: make it inside the "
        "scenario, or name the file so that it is run afresh each time"
    )
