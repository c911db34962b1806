"""Opens variants and runs trials. Knows nothing of blocks, ratios or other variants' results."""

from __future__ import annotations

import gc
import hashlib
import multiprocessing
import time
from contextlib import ExitStack
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

from conclab.discovery import load
from conclab.lane import meter
from conclab.lane.facts import gil
from conclab.lane.interval import switching_every
from conclab.lane.workers import Noted, NotedAsync, Start, watch
from conclab.model import Order, Strategy, Workload

if TYPE_CHECKING:
    from collections.abc import Sequence

    from conclab.model import Job, MapJob, Span


@dataclass(slots=True)
class Stall:
    """One open variant: its pool, and the worker processes that belong to it."""

    workload: Workload
    strategy: Strategy
    job: Job
    map_job: MapJob
    pids: list[int]
    stack: ExitStack
    switch_interval_s: float | None = None
    approach: str = ""
    trials: int = 0


class Bench:
    """All open variants of one lane. Requests and answers are plain data, ready for JSON."""

    def __init__(self, scratch: str, server: str) -> None:
        self.scratch = scratch
        self.server = server
        self.stalls: dict[str, Stall] = {}

    def open(
        self,
        *,
        name: str,
        strategy: str,
        workload: str,
        workers: int,
        switch_interval_s: float | None = None,
        approach: str | None = None,
    ) -> dict[str, object]:
        """Open a pool. `startup_s` is what that took: from nothing to all workers ready."""
        chosen = load("conclab.strategies", strategy, Strategy)
        work = load("conclab.workloads", workload, Workload)
        stall, seconds = self._open(chosen, work, workers, Start(work.run))
        stall.switch_interval_s, stall.approach = switch_interval_s, approach or ""
        self.stalls[name] = stall
        gc.collect()
        gc.freeze()
        return {"startup_s": seconds}

    def trial(self, *, name: str, size: int, tasks: int) -> dict[str, object]:
        """Run one batch, timed. Everything else happens before or after the timed part."""
        stall = self.stalls[name]
        order = Order(size, tasks, self.scratch, self.server, approach=stall.approach, seed=stall.trials)
        arguments = stall.workload.arguments(order)
        stall.trials += 1
        # Garbage of the preparation is not the workload's; the collector stays on for its own. What is
        # here for good was frozen when the variant was opened, so this takes no time to speak of.
        gc.collect()
        meter.reset_peak(stall.pids)
        before = meter.read(stall.pids, cpu_last=True)
        with switching_every(stall.switch_interval_s):
            start = time.perf_counter_ns()
            answers = stall.map_job(stall.job, arguments)
            end = time.perf_counter_ns()
        used = meter.read(stall.pids).since(
            before
        )  # reads the CPU clocks first, as the other reads them last
        peak = meter.peak_bytes(stall.pids)
        seen = stall.workload.observe(arguments, answers) if stall.workload.observe else []
        return {
            "tasks": len(arguments),
            "time_s": (end - start) / 1e9,
            "cpu_s": _seconds(used.cpu_ns),
            "run_delay_s": _seconds(used.run_delay_ns),
            "voluntary_switches": used.voluntary,
            "involuntary_switches": used.involuntary,
            "max_rss_bytes": peak,
            "checksum": checksum(stall.workload, answers),
            "gil": gil(),
            "sightings": [asdict(sighting) for sighting in seen],
            "searches": [asdict(answer) for answer in answers] if stall.workload.program else [],
        }

    def trace(
        self,
        *,
        strategy: str,
        workload: str,
        workers: int,
        size: int,
        tasks: int,
        folder: str,
        probes: list[str],
        batches: int = 1,
        switch_interval_s: float | None = None,
    ) -> dict[str, object]:
        """Run some batches in a pool of their own, observed. Their times are for the picture alone."""
        chosen = load("conclab.strategies", strategy, Strategy)
        work = load("conclab.workloads", workload, Workload)
        order = Order(size, tasks, self.scratch, self.server)
        answers: list[tuple[Any, Span]] = []
        with ExitStack() as stack:
            stack.callback(watch(probes, folder, "lane"))
            stall, _ = self._open(chosen, work, workers, Start(work.run, tuple(probes), folder))
            stack.enter_context(stall.stack)
            noted = NotedAsync(stall.job).coroutine() if chosen.wants_async else Noted(stall.job)
            prepared = [
                list(enumerate(work.arguments(order), start=batch * tasks)) for batch in range(batches)
            ]
            # A first batch imports and fills caches; the trace begins at the first noted task, after it.
            stack.enter_context(switching_every(switch_interval_s))
            stall.map_job(stall.job, work.arguments(order))
            for batch in prepared:
                answers += stall.map_job(noted, batch)
        return {"spans": [asdict(span) for _, span in answers]}

    def close(self) -> None:
        """Close all pools, the last opened first."""
        while self.stalls:
            _, stall = self.stalls.popitem()
            stall.stack.close()

    def _open(self, strategy: Strategy, work: Workload, workers: int, start: Start) -> tuple[Stall, float]:
        before = {process.pid for process in multiprocessing.active_children()}
        stack = ExitStack()
        begin = time.perf_counter_ns()
        map_job = stack.enter_context(strategy.open(workers, start))
        seconds = (time.perf_counter_ns() - begin) / 1e9
        children = {process.pid for process in multiprocessing.active_children()} - before
        job = work.run_async if strategy.wants_async and work.run_async else work.run
        pids = [pid for pid in children if pid is not None]
        return Stall(work, strategy, job, map_job, pids, stack), seconds


def checksum(work: Workload, answers: Sequence[Any]) -> str:
    """Fingerprint of the answers, compared across variants: a fast wrong answer is not a result."""
    parts = [work.answer(answer) for answer in answers] if work.answer else list(answers)
    return hashlib.blake2b(repr(parts).encode(), digest_size=8).hexdigest()


def _seconds(value_ns: int | None) -> float | None:
    return None if value_ns is None else value_ns / 1e9
