"""Observed passes with a known truth, as the recorders hand them over: for the tests of rows and summary."""

from __future__ import annotations

import json

from conclab.gil.states import Layer, Observation, State, Stretch
from conclab.model import Span
from conclab.tracing.processes import Pass

LANE = 40_000
US = 1_000
START = 7_000_000_000_000  # a clock's zero is arbitrary
SWITCH_US = 5_000


def at(us):
    return START + round(us * US)


def span(task, start_us, end_us, *, thread, name="", pid=LANE, interpreter=0, cpu_us=None):
    cpu_ns = None if cpu_us is None else cpu_us * US
    name = name or f"worker_{thread}"
    return Span(task, at(start_us), at(end_us), pid, thread, name, interpreter, cpu_ns)


def stretches(*rows, gil=0):
    """From rows of start, end, state and perhaps a detail, in microseconds."""
    return [Stretch(at(start), at(end), state, gil, *detail) for start, end, state, *detail in rows]


def seen(threads, end_us, *, pid=LANE, layer=Layer.EXACT, **more):
    return Observation(pid, layer, at(-1_000), at(end_us + 1_000), threads, **more)


def observed(spans, *observations, folder=None, variant="threads"):
    return Pass(variant, LANE, tuple(spans), folder, observations)


def record_calls(folder, calls, *, pid=LANE):
    """Write what the call recorder would: thread, start, end and name of each call."""
    folder.mkdir(exist_ok=True)
    events = [
        {
            "ph": "X",
            "pid": pid,
            "tid": thread,
            "ts": START / US + start,
            "dur": end - start,
            "name": name,
        }
        for thread, start, end, name in calls
    ]
    (folder / f"lane-{pid}.json").write_text(json.dumps({"traceEvents": events}))
    return folder


def turns(workers=2, slices=40, *, folder=None, layer=Layer.EXACT, **more):
    """CPU-bound threads of one interpreter: while one holds the GIL, all others wait."""
    end_us = slices * SWITCH_US
    threads = {
        worker: stretches(
            *(
                (number * SWITCH_US, (number + 1) * SWITCH_US, _turn(number, worker, workers))
                for number in range(slices)
            )
        )
        for worker in range(workers)
    }
    spans = [span(worker, 0, end_us, thread=worker) for worker in range(workers)]
    return observed(spans, seen(threads, end_us, layer=layer, **more), folder=folder)


def _turn(number, worker, workers):
    return State.HOLDS if number % workers == worker else State.WAITS


def convoy(rounds=10):
    """One thread computes; the other wants the GIL for a moment after each wait, and gets it 5 ms later."""
    busy, quick, now = [], [], 0
    for _ in range(rounds):
        busy += [(now, now + 5_000, State.HOLDS), (now + 5_000, now + 5_060, State.WAITS)]
        quick += [
            (now, now + 300, State.BLOCKED, "poll"),
            (now + 300, now + 5_000, State.WAITS),
            (now + 5_000, now + 5_060, State.HOLDS),
        ]
        now += 5_060
    threads = {1: stretches(*busy), 2: stretches(*quick)}
    return observed([span(task, 0, now, thread=task + 1) for task in (0, 1)], seen(threads, now))


def alone(end_us=50_000):
    spans = [span(0, 0, end_us, thread=LANE, name="MainThread")]
    return observed(spans, seen({LANE: stretches((-500, end_us + 500, State.HOLDS))}, end_us))


def sleeping(workers=8, end_us=30_000):
    threads = {
        worker: stretches(
            (0, 300, State.HOLDS),
            (300, end_us - 600, State.BLOCKED, "clock_nanosleep"),
            (end_us - 600, end_us, State.HOLDS),
        )
        for worker in range(workers)
    }
    return observed([span(w, 0, end_us, thread=w) for w in range(workers)], seen(threads, end_us))


def hashing(workers=2, end_us=60_000):
    threads = {
        worker: stretches(
            *(
                row
                for start in range(0, end_us, 20_000)
                for row in (
                    (start, start + 19_000, State.RELEASED),
                    (start + 19_000, start + 20_000, State.HOLDS if worker == 0 else State.BLOCKED),
                )
            )
        )
        for worker in range(workers)
    }
    return observed([span(w, 0, end_us, thread=w) for w in range(workers)], seen(threads, end_us))


def processes(workers=2, end_us=40_000):
    """Each with a GIL of its own; the lane waits for them."""
    pids = range(50, 50 + workers)
    lane = seen({LANE: stretches((0, end_us, State.BLOCKED, "epoll_wait"))}, end_us)
    others = [
        seen({pid: stretches((0, 400, State.BLOCKED), (400, end_us, State.HOLDS))}, end_us, pid=pid)
        for pid in pids
    ]
    spans = [span(pid, 0, end_us, thread=pid, pid=pid, name="MainThread") for pid in pids]
    return observed(spans, lane, *others, variant="processes")


def subinterpreters(workers=2, end_us=40_000):
    """Threads of one process that begin with its main GIL and go on with one of their own."""
    threads = {
        worker: stretches((0, 100, State.HOLDS if worker == 1 else State.WAITS))
        + stretches((100, end_us, State.HOLDS), gil=worker)
        for worker in range(1, workers + 1)
    }
    spans = [span(w, 0, end_us, thread=w, name="MainThread", interpreter=w) for w in range(1, workers + 1)]
    return observed(spans, seen(threads, end_us), variant="interpreters")


def free_threaded(end_us=40_000):
    threads = {
        1: stretches((0, end_us, State.RELEASED)),
        2: stretches(
            (0, 2_000, State.BLOCKED, "futex"),
            (2_000, end_us - 800, State.RELEASED),
            (end_us - 800, end_us, State.NO_CPU),
        ),
    }
    return observed([span(t, 0, end_us, thread=t) for t in (1, 2)], seen(threads, end_us, layer=Layer.NONE))


def derived(workers=2, end_us=40_000, because="no C compiler was found"):
    spans = [span(w, 0, end_us, thread=w, cpu_us=end_us * 49 // 100) for w in range(workers)]
    return observed(spans, Observation(LANE, Layer.DERIVED, 0, 0, {}, because=because))


def busy(takes=100_000):
    """Two threads that take and drop the GIL every few microseconds."""
    one, other, now = [], [], 0
    for number in range(takes):
        end = now + 4 + number % 13
        one.append((now, end, State.HOLDS if number % 2 else State.RELEASED))
        other.append((now, end, State.WAITS if number % 2 else State.HOLDS))
        now = end
    threads = {1: stretches(*one), 2: stretches(*other)}
    return observed([span(task, 0, now, thread=task + 1) for task in (0, 1)], seen(threads, now))
