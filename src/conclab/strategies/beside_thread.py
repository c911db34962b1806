"""One task after the other, as in serial, while a second thread of the same interpreter computes.

The neighbour computes during `map` and at no other time: it is woken with the first task and is at rest
again when `map` returns, so that it can't disturb what is measured next. What it computes is nobody's.
"""

from __future__ import annotations

from contextlib import contextmanager
from queue import SimpleQueue
from threading import Thread
from typing import TYPE_CHECKING, Any

from conclab.model import Strategy

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from conclab.model import Job, MapJob

STEPS = 2_000  # some 50 µs: so long it may go on after it was told to rest


def compute() -> int:
    """Pure Python, as a program has it that counts, parses or simulates: it waits for nothing."""
    total = 0
    for step in range(STEPS):
        total += step & 3
    return total


def live(told: SimpleQueue[bool], at_rest: SimpleQueue[None]) -> None:
    """Compute from one word to the next, then say that it is over. A word of False is the last."""
    while told.get():
        while told.empty():
            compute()
        told.get()
        at_rest.put(None)


@contextmanager
def neighbour() -> Iterator[tuple[SimpleQueue[bool], SimpleQueue[None]]]:
    """Have a thread at rest; yields the queue by which it is told, and the one by which it answers."""
    # Queues and not events: a word that comes before the thread listens must not be lost.
    told: SimpleQueue[bool] = SimpleQueue()
    at_rest: SimpleQueue[None] = SimpleQueue()
    thread = Thread(target=live, args=(told, at_rest), name="neighbour")
    thread.start()
    try:
        yield told, at_rest
    finally:
        told.put(False)
        thread.join()


@contextmanager
def open_beside_thread(workers: int, start: Callable[[], None]) -> Iterator[MapJob]:  # noqa: ARG001
    """Run tasks in the caller's own thread, beside one that computes. Workers are ignored: there is one."""
    start()
    with neighbour() as (told, at_rest):

        def map_job(job: Job, arguments: Sequence[Any]) -> list[Any]:
            told.put(True)  # and no waiting for its start: that would take a turn at the GIL
            try:
                return [job(argument) for argument in arguments]
            finally:
                told.put(True)
                at_rest.get()

        yield map_job


STRATEGY = Strategy(open=open_beside_thread)
