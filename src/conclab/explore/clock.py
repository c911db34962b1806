"""time.sleep and the clocks, in virtual time: seconds since the execution began."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from conclab.explore import engine
from conclab.explore.operation import Kind, Operation
from conclab.explore.outcome import Abort

if TYPE_CHECKING:
    from collections.abc import Callable

EPOCH_S = 1_700_000_000.0  # what time.time() says at the beginning: the same in every execution
TICK_S = 0.001  # what passes when a task looks at the clock again and again and nothing else happens
real_sleep = time.sleep
real_monotonic = time.monotonic
_asks = Operation(Kind.CLOCK)
_yields = Operation(Kind.YIELD)
_sleeps = Operation(Kind.SLEEP)


def sleep(seconds: float) -> None:
    """time.sleep: a lower bound, of virtual time. Of 0: a yield."""
    run = engine.running()
    if run is None:
        if engine.is_over():
            raise Abort
        real_sleep(seconds)
        return
    if run.aborting:
        run.unwind()
    if seconds < 0:
        raise ValueError("sleep length must be non-negative")
    if seconds == 0:
        run.announce(_yields)
        return
    run.announce(_sleeps, deadline=run.now + seconds, early=True)


def now() -> float:
    """What the virtual clock says."""
    run = engine.running()
    if run is None:
        return real_monotonic()
    me = run.current
    run.announce(_asks)
    if me.idle:
        run.now += TICK_S * me.idle  # whoever waits for time to pass must see it pass
    return run.now


def inner() -> float:
    """The same for the standard library's own waits: no operation, since they only count what is left."""
    run = engine.running()
    return real_monotonic() if run is None else run.now


def _shifted(real: Callable[[], float], epoch: float) -> Callable[[], float]:
    def clock() -> float:
        return real() if engine.running() is None else epoch + now()

    return clock


def _in_ns(real: Callable[[], int], epoch: float) -> Callable[[], int]:
    def clock() -> int:
        return real() if engine.running() is None else round((epoch + now()) * 1e9)

    return clock


CLOCKS = {
    "monotonic": _shifted(time.monotonic, 0.0),
    "perf_counter": _shifted(time.perf_counter, 0.0),
    "time": _shifted(time.time, EPOCH_S),
    "monotonic_ns": _in_ns(time.monotonic_ns, 0.0),
    "perf_counter_ns": _in_ns(time.perf_counter_ns, 0.0),
    "time_ns": _in_ns(time.time_ns, EPOCH_S),
    "sleep": sleep,
}
