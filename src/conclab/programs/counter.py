"""Two threads count with one counter. The bug: `self.n += 1` reads, adds and writes, in steps of its own."""

from collections.abc import Callable
from threading import Barrier, Thread

TIMES = 10_000


class Counter:
    def __init__(self) -> None:
        self.n = 0

    def increment(self) -> None:
        self.n += 1


def run_two(work: Callable[[], None]) -> None:
    threads = [Thread(target=work, name=name) for name in ("ann", "bob")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def scenario() -> None:
    counter = Counter()
    run_two(counter.increment)
    assert counter.n == 2, f"two increments, and n is {counter.n}"


def tuned() -> None:
    """The same for a stress test: both set off together, and go on for long."""
    counter, barrier = Counter(), Barrier(2)

    def work() -> None:
        barrier.wait()
        for _ in range(TIMES):
            counter.increment()

    run_two(work)
    assert counter.n == 2 * TIMES, f"{2 * TIMES} increments, and n is {counter.n}"
