"""A lane that runs no process and reads no clock: times come from a table, failures from a script."""

from __future__ import annotations

from dataclasses import dataclass, field
from random import Random
from typing import TYPE_CHECKING, Any

from conclab.errors import LaneDiedError
from conclab.harness.interpreters import Interpreter
from conclab.harness.lanes import Lanes
from conclab.model import Experiment, Variant
from conclab.record import Recording

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

FACTS = {
    "name": "cpython-3.13",
    "implementation": "CPython",
    "version": [3, 13],
    "version_line": "3.13.0 (fake)",
    "gil": "enabled",
    "modules": {"uvloop": "0", "viztracer": "0"},
}


class FakeClock:
    """Time passes when somebody says so."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


@dataclass
class FakeLane:
    """Answers like a lane. `times_s` holds seconds per batch by variant, or a function of the block."""

    times_s: dict[str, float | Callable[[int], float]]
    clock: FakeClock
    noise: float = 0.0
    fail: dict[str, Callable[[int], Exception | None]] = field(default_factory=dict)
    checksums: dict[str, str] = field(default_factory=dict)
    searches: dict[str, Callable[[int], dict[str, Any]]] = field(default_factory=dict)
    facts: dict[str, Any] = field(default_factory=lambda: dict(FACTS))
    log: list[tuple[str, str]] = field(default_factory=list)
    sizes: list[int] = field(default_factory=list)  # of the trials
    killed: bool = False
    closed: bool = False
    pid: int = 4711

    def __post_init__(self) -> None:
        self._random = Random(1)
        self._count: dict[str, int] = {}

    def ask(self, request, patience_s):
        if self.killed:
            raise LaneDiedError("its process was killed by SIGKILL")
        do, name = request["do"], request.get("name", "")
        self.log.append((do, name))
        if do == "hello":
            return self.facts
        if do == "open":
            return {"startup_s": 0.01}
        return self._trial(name, request["size"], request["tasks"])

    def close(self) -> None:
        self.closed = True

    def kill(self) -> None:
        self.killed = True

    def _trial(self, name: str, size: int, tasks: int) -> dict[str, Any]:
        self.sizes.append(size)
        count = self._count[name] = self._count.get(name, 0) + 1
        error = self.fail.get(name, lambda _: None)(count)
        if error is not None:
            raise error
        chosen = self.times_s[name]
        seconds = chosen(count) if callable(chosen) else chosen
        seconds *= 2.718281828 ** self._random.gauss(0, self.noise)
        self.clock.now += seconds
        return {
            "tasks": tasks,
            "time_s": seconds,
            "cpu_s": seconds,
            "run_delay_s": 0.0,
            "voluntary_switches": 1,
            "involuntary_switches": 0,
            "max_rss_bytes": 10_000_000,
            "checksum": self.checksums.get(name, f"{size} {tasks}"),
            "gil": self.facts["gil"],
            "sightings": [],
            "searches": [self.searches[name](count)] if name in self.searches else [],
        }


def fake_lanes(tmp_path: Path, make: Callable[[], FakeLane]) -> tuple[Lanes, list[FakeLane]]:
    """Lanes over fakes, and the list of those that were started."""
    started: list[FakeLane] = []

    def launch(_executable: str, _scratch: Path) -> FakeLane:
        started.append(make())
        return started[-1]

    interpreters = {"3.13": Interpreter("3.13", "python3.13")}
    return Lanes(interpreters, launch, tmp_path, server="", patience_s=1.0), started


def experiment_of(*variants: Variant) -> Experiment:
    """A question about the given variants; the workload is one that calibration leaves alone."""
    return Experiment("Is it so?", "test", "sleep", variants, "It is as it is, always.", workers=2)


def recording_of(experiment: Experiment, *, budget_s: float = 10.0, seed: int = 1) -> Recording:
    """An empty recording with its line-up bound to the fake interpreter."""
    from conclab.harness import plan

    lineup, versus = plan.bind(experiment, interpreters=["3.13"], cores=2, workers=None, only=[])
    environment = {"cores_usable": 2, "governor": None}
    return Recording("test", experiment, seed, budget_s, environment, lineup, versus)
