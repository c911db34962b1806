"""The nouns. Standard library only: a lane imports this under any interpreter, with nothing installed.

Knows nothing of clocks, processes or files.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Mapping, Sequence
    from contextlib import AbstractContextManager

    from conclab.search import Approach, Search, SearchPrediction

    Job = Callable[[Any], Any]
    MapJob = Callable[[Job, Sequence[Any]], list[Any]]


class Bound(StrEnum):
    """What a task spends its time on."""

    CPU = "cpu"
    IO = "io"


class Gil(StrEnum):
    """State of the global interpreter lock of one interpreter."""

    ENABLED = "enabled"
    DISABLED = "disabled"
    NONE = "none"  # an implementation that never had one


class Verdict(StrEnum):
    """How a variant compares with its baseline, decided by the interval and a margin."""

    FASTER = "faster"
    SLOWER = "slower"
    SAME = "same"
    INCONCLUSIVE = "inconclusive"


class Agreement(StrEnum):
    """What the measurement says of the prediction."""

    HOLDS = "holds"
    FAILS = "fails"
    UNCLEAR = "unclear"


@dataclass(frozen=True, slots=True)
class Order:
    """What a workload is asked to prepare: `tasks` arguments of the given size, for one trial."""

    size: int  # the meaning is the workload's own: a limit, bytes, milliseconds
    tasks: int
    scratch: str = ""  # a folder of the lane's own, for workloads that read files
    server: str = ""  # host:port of the loopback server, for workloads that need one
    approach: str = "stress"  # for workloads that look for a bug: how
    seed: int = 0  # another one in every trial


@dataclass(frozen=True, slots=True)
class Sighting:
    """What the caller saw of one argument after a worker had it.

    `shared` is about the object: the worker held the very object of the caller (same process,
    same interpreter, same identity). `changed` is about the value that the caller sees afterwards.
    """

    case: str
    before: str
    after: str
    shared: bool
    changed: bool


@dataclass(frozen=True, slots=True)
class Workload:
    """What one task does: a plain module-level function of one plain argument.

    `arguments` prepares a fresh list for every trial, outside the timed part. A workload that can
    wait has an async twin. `observe` compares arguments and answers after the trial, in the caller.
    """

    run: Callable[[Any], Any]
    arguments: Callable[[Order], list[Any]]
    bound: Bound
    size: int
    run_async: Callable[[Any], Awaitable[Any]] | None = None
    grows: bool = True  # calibration may multiply the size; False where the size is a set latency
    releases_gil: bool = False
    needs_server: bool = False
    observe: Callable[[Sequence[Any], Sequence[Any]], list[Sighting]] | None = None
    answer: Callable[[Any], Any] | None = None  # the part of it that is the same in every variant; None: all
    program: str = ""  # the text of what it looks for a bug in: then each of its answers is a Search


@dataclass(frozen=True, slots=True)
class Strategy:
    """How a batch is executed: a context manager that yields a `map`, so that set-up is timed apart.

    `open(workers, start)` returns when every worker is up and has called `start()`, which is
    picklable. `wants_async` says that `map` takes coroutine functions.
    """

    open: Callable[[int, Callable[[], None]], AbstractContextManager[MapJob]]
    wants_async: bool = False
    requires: str | None = None  # a third-party package, imported inside `open` only
    since: tuple[int, int] = (3, 11)
    alone: bool = False  # needs a lane that runs nothing else: forks it, or fills its memory
    unavailable: Callable[[], str | None] = lambda: None  # why not on this platform, if not


@dataclass(frozen=True, slots=True)
class Probe:
    """One kind of observation around the work; never active in a timed trial.

    `watch(folder, role)` starts observing this process and returns a function that stops and writes
    what was seen into the folder. `attend(folder)` is called in each subinterpreter of a process that
    is watched already.
    """

    watch: Callable[[str, str], Callable[[], None]]
    attend: Callable[[str], None] = lambda _: None
    requires: str | None = None


@dataclass(frozen=True, slots=True)
class Circumstances:
    """What a prediction may depend on: the machine and the interpreter, never a measurement."""

    cores: int  # logical CPUs that this process may use
    workers: int
    tasks: int
    gil: bool
    version: tuple[int, int]

    @property
    def parallel(self) -> int:
        """How many tasks can compute at the same time at best."""
        return min(self.cores, self.workers, self.tasks)


@dataclass(frozen=True, slots=True)
class Prediction:
    """A range for the speedup over the baseline, with the reason. Written down before measuring.

    `parallel` marks a claim that needs cores: where the machine's measured ceiling can't support
    it, the answer is UNCLEAR and not FAILS.
    """

    low: float
    high: float
    because: str
    parallel: bool = False


@dataclass(frozen=True, slots=True)
class SightingPrediction:
    """Which cases of an argument experiment the caller shares with the worker and sees changed."""

    shared: frozenset[str]
    changed: frozenset[str]
    because: str


@dataclass(frozen=True, slots=True)
class Variant:
    """Workload x strategy x interpreter x workers: one row of the answer.

    An experiment declares the name and what differs from its own defaults; binding the variant to
    an interpreter fills in the rest.
    """

    name: str
    strategy: str = ""  # default: the name
    workload: str = ""  # default: the experiment's
    workers: int = 0  # default: the experiment's
    predict: Callable[[Circumstances], Prediction] | None = None
    predict_sightings: SightingPrediction | None = None
    versus: str = ""  # default: the experiment's first variant
    interpreter: str = ""  # filled in by binding: the interpreter as it was asked for
    switch_interval_s: float | None = None  # of the lane's threads during the work; None: the interpreter's
    approach: Approach | None = None  # how it looks for a bug: an answer of its own, compared with no other
    predict_search: Callable[[Circumstances], SearchPrediction] | None = None


@dataclass(frozen=True, slots=True)
class Experiment:
    """A named question with the variants that answer it, their predictions and a lesson.

    The first variant is the baseline. `workers` is what a variant gets unless it says otherwise;
    None stands for one worker per usable core, at least two. `tasks_per_worker` sets the batch.
    """

    question: str
    topic: str
    workload: str
    variants: tuple[Variant, ...]
    lesson: str
    workers: int | None = None
    tasks_per_worker: int = 2  # fewer, longer tasks: handing one over costs a pool 0.2 ms and more
    tells_order: bool = False  # the order in which tasks start and end is part of the answer

    @property
    def baseline(self) -> Variant:
        """The variant that the others are compared with."""
        return self.variants[0]


@dataclass(frozen=True, slots=True)
class Trial:
    """One timed execution of one variant's batch. None where this platform can't tell."""

    tasks: int
    time_s: float
    cpu_s: float | None
    run_delay_s: float | None  # runnable but given no CPU, summed over all threads and workers
    voluntary_switches: int | None
    involuntary_switches: int | None
    max_rss_bytes: int | None
    checksum: str
    gil: Gil
    sightings: tuple[Sighting, ...] = ()
    searches: tuple[Search, ...] = ()


@dataclass(frozen=True, slots=True)
class Span:
    """One task of a traced pass: where it ran and when, on CLOCK_MONOTONIC. Never reported as a time."""

    task: int  # position in the batch
    start_ns: int
    end_ns: int
    pid: int
    thread: int  # the operating system's id
    thread_name: str
    interpreter: int = 0  # 0 is the main one
    cpu_ns: int | None = None  # CPU time of its thread between start and end; None where it can't be told


@dataclass(frozen=True, slots=True)
class InterpreterFacts:
    """What a lane says of the interpreter it runs on."""

    name: str  # cpython-3.13t
    implementation: str
    version: tuple[int, int]
    version_line: str
    gil: Gil
    modules: Mapping[str, str] = field(default_factory=dict)  # optional packages found, with versions


def about_one(because: str, *, low: float = 0.75) -> Prediction:
    """No gain. The lower end leaves room for the price of handing work over."""
    return Prediction(low, 1.07, because)


def in_parallel(here: Circumstances, because: str) -> Prediction:
    """A gain by cores: at least a fifth of the ideal extra, which is what two CPUs that share a core give."""
    if here.parallel < 2:  # noqa: PLR2004 - one at a time is not parallel
        return about_one(f"{because}; but here one at a time computes: one core, or one worker", low=0.6)
    return Prediction(1 + (here.parallel - 1) / 5, here.parallel * 1.1, because, parallel=True)


def overlapped(here: Circumstances, because: str) -> Prediction:
    """A gain by the number of tasks in flight: waiting needs no core, but a request needs some computing.

    The lower end grants a task one part of computing to 25 of waiting, on one core: it saturates there.
    """
    in_flight = min(here.workers, here.tasks)
    if in_flight == 1:
        return about_one("one task in flight: there is nothing to overlap with")
    return Prediction(0.75 * in_flight / (1 + in_flight / 25), in_flight * 1.1, because)
