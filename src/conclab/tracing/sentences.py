"""What the GIL did in one pass, in one sentence for a beginner. Every number comes from the figures.

Pictures of typical behaviour come first, in the order in which they are told apart; what fits none of
them is told thread by thread. Knows nothing of traces or processes' ids.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from conclab.gil.states import Layer, State
from conclab.numerals import duration
from conclab.tracing.wording import listed, number, percent

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

_NOTICEABLE = 0.01  # of the time: below it nobody waited
_WORTH_SAYING = 0.05
_WANTING = (State.HOLDS, State.WAITS, State.NO_CPU)  # whoever computes; a wait may end without a CPU
_MOSTLY = 0.5
_MANY = 4  # threads: told in ranges from here on
_DID = {
    State.HOLDS: "held the GIL",
    State.WAITS: "waited for it",
    State.RELEASED: "ran without the GIL",
    State.BLOCKED: "was blocked",
}
_TOLD = tuple(_DID)  # what is unknown, or starved of CPUs, is an aside to every picture


@dataclass(frozen=True, slots=True)
class Worker:
    """One thread that ran tasks: its shares of the window. Empty shares: its states were not seen."""

    name: str
    process: int
    gil: int
    shares: Mapping[State, float]
    unseen: float = 0.0  # it was there, and what it did is not known
    on_cpu: float | None = None

    def share(self, state: State) -> float:
        """0 where the state was not seen."""
        return self.shares.get(state, 0.0)


@dataclass(frozen=True, slots=True)
class Longest:
    """The longest wait for a GIL."""

    name: str
    seconds: float


@dataclass(frozen=True, slots=True)
class Figures:
    """All that the sentence is made of."""

    layer: Layer
    workers: Sequence[Worker]
    together: float = 0.0  # share of the window in which at least two threads ran
    waited: float = 0.0  # the largest share of waiting of any thread, helpers included
    longest: Longest | None = None
    window_s: float = 0.0


def sentence(seen: Figures) -> str:
    """Tell it in words, without a full stop."""
    if not seen.workers:
        return "no task was seen"
    if seen.layer is Layer.DERIVED:
        return _derived(seen.workers)
    if not any(worker.shares for worker in seen.workers):
        return _WITHOUT_STATES[seen.layer]
    told = next(told for tell in _PICTURES if (told := tell(seen)))
    return "; ".join([told, *_asides(seen)])


def of_a_program(seen: Figures) -> str:
    """Tell of a program that has no tasks: who had the GIL most, of all its time, and what was not seen."""
    if not seen.workers:
        return "no thread was seen"
    if not any(worker.shares for worker in seen.workers):
        return "what the GIL did can't be seen here"
    state, did = (State.RELEASED, "ran") if seen.layer is Layer.NONE else (State.HOLDS, "held the GIL")
    first = sorted(seen.workers, key=lambda worker: -worker.share(state))[:_MANY]
    shares = {worker.name: worker.share(state) for worker in first if worker.share(state) >= _NOTICEABLE}
    told = [f"{name} {did} {percent(share)} of the time" for name, share in shares.items()]
    unseen = [worker.unseen for worker in seen.workers if worker.unseen >= _WORTH_SAYING]
    if not told and not unseen:
        told = [f"{number(len(seen.workers), 'thread')} hardly needed the GIL"]
    if seen.layer is Layer.NONE:
        told.insert(0, "no GIL in this build")
    if unseen:
        told.append(f"what {number(len(unseen), 'thread')} did {percent(*unseen)} of the time is unknown")
    return f"in {duration(seen.window_s)}: {'; '.join(told)}"


def _each(workers: Sequence[Worker], state: State) -> str:
    return percent(*(worker.share(state) for worker in workers))


def _all(workers: Sequence[Worker], *states: State, least: float = _MOSTLY) -> bool:
    return all(sum(map(worker.share, states)) >= least for worker in workers)


def _who(workers: Sequence[Worker]) -> str:
    """Call them processes or subinterpreters where each has a GIL of its own."""
    count = len(workers)
    if len({worker.process for worker in workers}) == count > 1:
        return number(count, "process", "processes")
    if len({worker.gil for worker in workers}) == count and any(worker.gil for worker in workers):
        return number(count, "subinterpreter")
    return number(count, "thread")


def _apart(workers: Sequence[Worker]) -> bool:
    return len({(worker.process, worker.gil) for worker in workers}) == len(workers) > 1


def _without_a_gil(seen: Figures) -> str:
    if seen.layer is not Layer.NONE:
        return ""
    workers = seen.workers
    start, who = "no GIL in this build", _who(workers)
    if _all(workers, State.BLOCKED):
        return f"{start}: {who} {_were(workers)} blocked {_each(workers, State.BLOCKED)} of the time"
    if len(workers) == 1:
        return f"{start}: one thread ran {_each(workers, State.RELEASED)} of the time"
    if len({worker.process for worker in workers}) > 1:
        return f"{start}: {who} ran {_each(workers, State.RELEASED)} of the time each"
    some = who if len(workers) == 2 else f"at least two of {who}"  # noqa: PLR2004 - a pair
    return f"{start}: {some} ran at the same time {percent(seen.together)} of the time"


def _convoy(seen: Figures) -> str:
    """One computes, and another hardly ever gets the GIL when it wants it."""
    holder = max(seen.workers, key=lambda worker: worker.share(State.HOLDS))
    if holder.share(State.HOLDS) < _MOSTLY or _apart(seen.workers):
        return ""
    starving = [worker for worker in seen.workers if worker is not holder and _starves(worker)]
    if not starving or len({(worker.process, worker.gil) for worker in (holder, *starving)}) > 1:
        return ""
    wanted = [worker.share(State.WAITS) / _wants(worker) for worker in starving]
    who = starving[0].name if len(starving) == 1 else number(len(starving), "other thread")
    told = (
        f"{holder.name} held the GIL {_each([holder], State.HOLDS)} of the time, and {who} waited "
        f"{percent(*wanted)} of the time that {'it' if len(starving) == 1 else 'they'} wanted it"
    )
    if seen.longest and any(worker.name == seen.longest.name for worker in starving):
        by = "" if len(starving) == 1 else f" ({seen.longest.name})"
        told += f", up to {duration(seen.longest.seconds)} at a stretch{by}"
    return told


def _wants(worker: Worker) -> float:
    return worker.share(State.HOLDS) + worker.share(State.WAITS)


def _starves(worker: Worker) -> bool:
    waits = worker.share(State.WAITS)
    return waits >= _WORTH_SAYING and waits >= 0.75 * _wants(worker)


def _turns(seen: Figures) -> str:
    workers = seen.workers
    shared = len({(worker.process, worker.gil) for worker in workers}) == 1
    if not shared or len(workers) < 2 or not _all(workers, *_WANTING, least=0.7):  # noqa: PLR2004
        return ""
    if not _all(workers, State.WAITS, least=0.1) or not _all(workers, State.HOLDS, least=_NOTICEABLE):
        return ""
    held, waited = _each(workers, State.HOLDS), _each(workers, State.WAITS)
    return f"{_who(workers)} took turns: each held the GIL {held} of the time and waited {waited}"


def _blocked(seen: Figures) -> str:
    workers = seen.workers
    if not _all(workers, State.BLOCKED):
        return ""
    start = f"{_who(workers)} {_were(workers)} blocked {_each(workers, State.BLOCKED)} of the time"
    if all(worker.share(State.HOLDS) < _WORTH_SAYING for worker in workers):
        return f"{start} and hardly needed the GIL"
    return f"{start} and held the GIL {_each(workers, State.HOLDS)}"


def _released(seen: Figures) -> str:
    workers = seen.workers
    if not _all(workers, State.RELEASED):
        return ""
    told = f"{_who(workers)} ran without the GIL {_each(workers, State.RELEASED)} of the time"
    return told if len(workers) == 1 else f"{told}, so they could run at the same time"


def _a_gil_each(seen: Figures) -> str:
    workers = seen.workers
    if not _apart(workers) or not _all(workers, State.HOLDS):
        return ""
    start = f"{_who(workers)}, each with a GIL of its own"
    waited = [worker.share(State.WAITS) for worker in workers]
    if max(waited) >= _NOTICEABLE:
        return (
            f"{start}: each held it {_each(workers, State.HOLDS)} of the time and waited {percent(*waited)}"
        )
    return f"{start}: nobody waited for it; each held its own {_each(workers, State.HOLDS)} of the time"


def _alone(seen: Figures) -> str:
    if len(seen.workers) > 1 or not _all(seen.workers, State.HOLDS):
        return ""
    (worker,) = seen.workers
    start = f"one thread held the GIL {percent(worker.share(State.HOLDS))} of the time"
    if worker.share(State.WAITS) >= _NOTICEABLE:
        return f"{start} and waited {percent(worker.share(State.WAITS))}"
    if seen.waited >= _NOTICEABLE:
        return f"{start}; a helper thread waited for it {percent(seen.waited)}"
    return f"{start}; nobody waited"


def _one_by_one(seen: Figures) -> str:
    """What always fits: every thread's largest states; of many threads, ranges."""
    workers = seen.workers
    if len(workers) < _MANY:
        return "; ".join(map(_of_one, workers))
    worth = [state for state in _TOLD if max(worker.share(state) for worker in workers) >= _WORTH_SAYING]
    spread = [f"{_DID[state].replace('was', 'were')} {_each(workers, state)}" for state in worth]
    return (
        f"{_who(workers)} {listed(spread)} of the time" if spread else f"of {_who(workers)} little is known"
    )


def _of_one(worker: Worker) -> str:
    largest = sorted(_TOLD, key=worker.share, reverse=True)
    told = [
        f"{_DID[state]} {_each([worker], state)}" for state in largest if worker.share(state) >= _WORTH_SAYING
    ]
    return f"{worker.name} {listed(told)} of the time" if told else f"of {worker.name} little is known"


_PICTURES: tuple[Callable[[Figures], str], ...] = (
    _without_a_gil,
    _alone,
    _a_gil_each,
    _released,
    _convoy,
    _turns,
    _blocked,
    _one_by_one,
)
_WITHOUT_STATES = {
    Layer.NONE: "no GIL in this build; which threads ran can't be seen here",
    Layer.EXACT: "the record says nothing of the threads that ran tasks",
    Layer.SAMPLED: "the record says nothing of the threads that ran tasks",
}


def _asides(seen: Figures) -> list[str]:
    """What must be said with every picture: no CPU to run on, and what was not seen."""
    said = []
    starved = [worker.share(State.NO_CPU) for worker in seen.workers]
    if max(starved) >= 2 * _WORTH_SAYING:
        said.append(f"{percent(*starved)} of the time there was no CPU to run on")
    unseen = [worker.unseen for worker in seen.workers]
    if max(unseen) >= _WORTH_SAYING:
        said.append(f"{percent(*unseen)} of the time is unknown")
    return said


def _derived(workers: Sequence[Worker]) -> str:
    start = "what the GIL did can't be seen here"
    used = {worker.name: worker.on_cpu for worker in workers if worker.on_cpu is not None}
    if not used:
        return start
    if len(used) < _MANY:
        told = [f"{name} was on a CPU {percent(share)} of the time" for name, share in used.items()]
        return f"{start}; {listed(told)}"
    return f"{start}; {_who(workers)} were on a CPU {percent(*used.values())} of the time each"


def _were(workers: Sequence[Worker]) -> str:
    return "was" if len(workers) == 1 else "were"
