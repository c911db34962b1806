"""What each strategy costs on top of the bare standard-library call, on 10,000 empty tasks.

    python benchmarks/strategy_overhead.py [--tasks 10000] [--rounds 31]

Bare call and strategy take turns in one process, in random order, each with a pool that is open; the
figure is their ratio with its 95% interval. At most 1.1 is the promise; it counts as broken where the
whole interval lies above.
"""

from __future__ import annotations

import argparse
import asyncio
import multiprocessing
import random
import sys
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Executor, ProcessPoolExecutor, ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from typing import TYPE_CHECKING

from conclab.discovery import load_all
from conclab.harness.preflight import missing
from conclab.harness.stats import ratio_interval
from conclab.lane.facts import facts
from conclab.model import Gil, InterpreterFacts, Strategy, Variant

if TYPE_CHECKING:
    from conclab.record import Interval

WORKERS = 2
Run = Callable[[list[int]], object]


def nothing(_: int) -> None:
    """Do nothing: what remains is the strategy's own cost."""


async def nothing_async(_: int) -> None:
    """Do nothing, as a coroutine."""


def start() -> None:
    """Get ready for nothing."""


@contextmanager
def bare_serial() -> Iterator[Run]:
    """The loop that everybody writes."""
    yield lambda arguments: [nothing(argument) for argument in arguments]


@contextmanager
def bare_pool(pool: Executor) -> Iterator[Run]:
    """The executor's own map."""
    with pool:
        list(pool.map(nothing, range(WORKERS)))
        yield lambda arguments: list(pool.map(nothing, arguments))


@contextmanager
def bare_loop(factory: Callable[[], asyncio.AbstractEventLoop] | None = None) -> Iterator[Run]:
    """A TaskGroup bounded by a semaphore, as the documentation of asyncio suggests."""

    async def batch(arguments: list[int]) -> list[None]:
        gate = asyncio.Semaphore(WORKERS)

        async def one(argument: int) -> None:
            async with gate:
                return await nothing_async(argument)

        async with asyncio.TaskGroup() as group:
            tasks = [group.create_task(one(argument)) for argument in arguments]
        return [task.result() for task in tasks]

    with asyncio.Runner(loop_factory=factory) as runner:
        yield lambda arguments: runner.run(batch(arguments))


@contextmanager
def bare_to_thread() -> Iterator[Run]:
    """asyncio.to_thread for every argument."""

    async def batch(arguments: list[int]) -> list[None]:
        return await asyncio.gather(*(asyncio.to_thread(nothing, argument) for argument in arguments))

    with ThreadPoolExecutor(WORKERS) as pool, asyncio.Runner() as runner:
        runner.get_loop().set_default_executor(pool)
        yield lambda arguments: runner.run(batch(arguments))


@contextmanager
def bare_uvloop() -> Iterator[Run]:
    """The same TaskGroup on uvloop."""
    import uvloop

    with bare_loop(uvloop.new_event_loop) as run:
        yield run


@contextmanager
def bare_interpreters() -> Iterator[Run]:
    """InterpreterPoolExecutor's own map."""
    from concurrent.futures import InterpreterPoolExecutor

    with bare_pool(InterpreterPoolExecutor(WORKERS)) as run:
        yield run


@contextmanager
def bare_futures() -> Iterator[Run]:
    """Submit everything, then ask for the results."""
    with ThreadPoolExecutor(WORKERS) as pool:
        yield lambda arguments: [
            future.result() for future in [pool.submit(nothing, argument) for argument in arguments]
        ]


def processes(method: str) -> Callable[[], object]:
    """ProcessPoolExecutor's own map."""
    return lambda: bare_pool(ProcessPoolExecutor(WORKERS, multiprocessing.get_context(method)))


BARE = {
    "serial": bare_serial,
    "threads": lambda: bare_pool(ThreadPoolExecutor(WORKERS)),
    "processes": processes("spawn"),
    "processes-dealt": processes("spawn"),
    "processes-forkserver": processes("forkserver"),
    "processes-fork": processes("fork"),
    "asyncio": bare_loop,
    "uvloop": bare_uvloop,
    "asyncio-to-thread": bare_to_thread,
    "interpreters": bare_interpreters,
    "futures": bare_futures,
}


def cost(name: str, strategy: Strategy, *, tasks: int, rounds: int) -> Interval:
    """Strategy over bare call, compared within each round."""
    arguments = list(range(tasks))
    with ExitStack() as stack:
        bare = stack.enter_context(BARE[name]())
        mapped = stack.enter_context(strategy.open(WORKERS, start))
        job = nothing_async if strategy.wants_async else nothing
        runs: dict[str, Run] = {"bare": bare, "ours": lambda batch: mapped(job, batch)}
        found: dict[str, list[float]] = {"bare": [], "ours": []}
        for number in range(rounds + 1):
            order = list(runs)
            random.Random(number).shuffle(order)
            for which in order:
                begin = time.perf_counter()
                runs[which](arguments)
                found[which].append(time.perf_counter() - begin)
    return ratio_interval(found["ours"][1:], found["bare"][1:])  # the first round warms both up


def main() -> int:
    """Print one line per strategy; exit code 1 if one costs more than 1.1 times the bare call."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--tasks", type=int, default=10_000)
    parser.add_argument("--rounds", type=int, default=31)
    options = parser.parse_args()
    told = facts()
    here = InterpreterFacts(**(told | {"version": tuple(told["version"]), "gil": Gil(told["gil"])}))
    broken = False
    for name, strategy in load_all("conclab.strategies", Strategy).items():
        why_not = missing(Variant(name, name), here)
        if why_not:
            print(f"{name:<22} not measured: {why_not}")
            continue
        if name not in BARE:
            print(f"{name:<22} not compared: the standard library has no such call")
            continue
        found = cost(name, strategy, tasks=options.tasks, rounds=options.rounds)
        broken |= found.low > 1.1
        print(f"{name:<22} {found.estimate:6.3f}  [{found.low:.3f}, {found.high:.3f}]", flush=True)
    return int(broken)


if __name__ == "__main__":
    sys.exit(main())
