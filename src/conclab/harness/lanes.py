"""Which lane executes which variant, and what becomes of the others when one lane ends.

A lane is shared by the variants of one interpreter: what is measured in one process has the same
memory layout, so it cancels in the ratio. A strategy that says so (it forks, say), or that imports
a third-party package, gets a lane of its own.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Self

from conclab.discovery import load
from conclab.errors import BadRequestError, LaneError, WorkFailedError
from conclab.harness.launch import HELLO_S
from conclab.model import Gil, InterpreterFacts, Strategy

if TYPE_CHECKING:
    from pathlib import Path

    from conclab.harness.interpreters import Interpreter
    from conclab.harness.launch import Json, Lane, Launcher
    from conclab.model import Variant


@dataclass(slots=True)
class Seat:
    """One running lane and the variants that are open in it."""

    lane: Lane
    facts: InterpreterFacts
    opened: set[str] = field(default_factory=set)


class Lanes:
    """All lanes of one run. A context manager: whatever happens, no process is left behind."""

    def __init__(
        self,
        interpreters: dict[str, Interpreter],
        launch: Launcher,
        scratch: Path,
        *,
        server: str,
        patience_s: float,
    ) -> None:
        self._interpreters = interpreters
        self._launch = launch
        self._scratch = scratch
        self._server = server
        self._patience_s = patience_s
        self._seats: dict[tuple[str, str], Seat] = {}
        self._started = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        seats, self._seats = list(self._seats.values()), {}
        for seat in seats:
            if kind is None:
                seat.lane.close()
            else:
                seat.lane.kill()

    def facts(self, interpreter: str) -> InterpreterFacts:
        """Ask an interpreter what it is. Raises BadRequestError if it can't say."""
        try:
            return self._seat(interpreter, "").facts
        except LaneError as error:
            raise BadRequestError(f"{interpreter} can't serve as an interpreter: {error}") from error

    def open(self, variant: Variant) -> float | None:
        """Open a variant's pool unless it is open; returns what that took, in seconds."""
        seat = self._seat_of(variant)
        if variant.name in seat.opened:
            return None
        request = {
            "do": "open",
            "name": variant.name,
            "strategy": variant.strategy,
            "workload": variant.workload,
            "workers": variant.workers,
            "switch_interval_s": variant.switch_interval_s,
            "approach": variant.approach,
        }
        answer = self._ask(variant, request)
        seat.opened.add(variant.name)
        return float(answer["startup_s"])

    def trial(self, variant: Variant, *, size: int, tasks: int) -> Json:
        """Run one trial of an open variant."""
        return self._ask(variant, {"do": "trial", "name": variant.name, "size": size, "tasks": tasks})

    def trace(self, variant: Variant, request: Json) -> Json:
        """Run an observed pass; `request` is what the lane's `trace` takes."""
        return self._ask(variant, {"do": "trace"} | request)

    def pid(self, variant: Variant) -> int:
        """Return the process id of a variant's lane."""
        return self._seat_of(variant).lane.pid

    def _ask(self, variant: Variant, request: Json) -> Json:
        try:
            return self._seat_of(variant).lane.ask(request, self._patience_s)
        except WorkFailedError:
            raise
        except LaneError:
            del self._seats[_key(variant)]  # the next request starts a new one for the others
            raise

    def _seat_of(self, variant: Variant) -> Seat:
        return self._seat(*_key(variant))

    def _seat(self, interpreter: str, alone: str) -> Seat:
        key = (interpreter, alone)
        if key not in self._seats:
            self._started += 1
            scratch = self._scratch / f"lane-{self._started}"
            scratch.mkdir()
            lane = self._launch(self._interpreters[interpreter].executable, scratch)
            try:
                hello = {"do": "hello", "scratch": str(scratch), "server": self._server}
                facts = as_facts(lane.ask(hello, HELLO_S))
            except BaseException:
                lane.kill()
                raise
            self._seats[key] = Seat(lane, facts)
        return self._seats[key]


def _key(variant: Variant) -> tuple[str, str]:
    strategy = load("conclab.strategies", variant.strategy, Strategy)
    alone = strategy.alone or strategy.requires is not None
    return variant.interpreter, variant.name if alone else ""


def as_facts(answer: dict[str, Any]) -> InterpreterFacts:
    """Turn a lane's first answer into facts."""
    major, minor = answer["version"]
    return InterpreterFacts(
        name=answer["name"],
        implementation=answer["implementation"],
        version=(major, minor),
        version_line=answer["version_line"],
        gil=Gil(answer["gil"]),
        modules=answer["modules"],
    )
