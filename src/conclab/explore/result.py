"""What an exploration found, and what it covered."""

from __future__ import annotations

import platform
import sys
import sysconfig
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from conclab.explore.outcome import Verdict

if TYPE_CHECKING:
    from conclab.explore.outcome import Failure
    from conclab.explore.policies.plan import Deviation

SCHEMA = "conclab.explore/1"


@dataclass(frozen=True, slots=True)
class Coverage:
    """How much was tried."""

    schedules: int
    steps: int
    exhausted: bool
    preemptions: int | None
    saved: int  # schedules that were not tried since others are equal to them; at least so many
    policy: str
    seed: int
    seconds: float
    promise: str = ""
    complete: int | None = None  # of a sample: all schedules with so many preemptions are in it

    @property
    def sentence(self) -> str:
        """In words."""
        if not self.exhausted:
            among = f", among them all with {_up_to(self.complete)}" if self.complete is not None else ""
            more = f"; {self.promise}" if self.promise else ""
            return f"a sample of {self.schedules:,} schedules{among}{more}"
        saved = f", which stand for at least {self.saved:,} more" if self.saved else ""
        if self.schedules == 1 and self.preemptions is None:
            return "the one schedule that there is: nothing runs beside main"
        if self.preemptions is None:
            return f"all schedules, with any number of preemptions: {self.schedules:,} were tried{saved}"
        return f"all schedules with {_up_to(self.preemptions)}: {self.schedules:,} were tried{saved}"

    @property
    def advice(self) -> str:
        """How to cover more, if nothing failed."""
        if self.exhausted:
            if self.preemptions is None:
                return "Nothing is left to try."
            more = self.preemptions + 1
            return f"To look further: --preemptions {more}, or --preemptions any for all there are."
        if self.complete is not None:
            known = f"with --preemptions {self.complete} all would be covered"
            return f"That is not all there are: {known}; a larger --budget tries more."
        return (
            "That is not all there are: a larger --budget tries more of them, and with fewer --preemptions "
            "fewer are to be tried."
        )


def _up_to(preemptions: int) -> str:
    return f"up to {preemptions} preemption{'s' * (preemptions != 1)}" if preemptions else "no preemption"


@dataclass(frozen=True, slots=True)
class Finding:
    """A schedule that fails."""

    failure: Failure
    plan: tuple[Deviation, ...]
    replay: str
    schedule: int  # so many were tried until it was found
    policy: str
    switches_found: int  # before it was made shorter
    replays: tuple[int, int]  # so many of so many failed in the same way
    place: dict[str, Any] = field(default_factory=dict)  # file, line, traceback


@dataclass(frozen=True, slots=True)
class Result:
    """The answer: HOLDS only if every schedule up to the bound was tried."""

    target: str
    verdict: Verdict
    coverage: Coverage
    finding: Finding | None = None
    story: dict[str, Any] | None = None
    not_controlled: str | None = None
    notes: tuple[str, ...] = field(default=())

    @property
    def failure(self) -> Failure | None:
        """What went wrong, if anything did."""
        return None if self.finding is None else self.finding.failure

    def document(self) -> dict[str, Any]:
        """All of it as plain data: what `--json` prints and the page shows."""
        from conclab import __version__  # noqa: PLC0415

        return {
            "schema": SCHEMA,
            "target": self.target,
            "created": datetime.now(UTC).isoformat(timespec="seconds").replace("+00:00", "Z"),
            "interpreter": interpreter(),
            "version": __version__,
            "verdict": str(self.verdict),
            "coverage": self._coverage(),
            "not_controlled": self.not_controlled,
            "failure": None if self.finding is None else self._failure(self.finding),
            "story": self.story,
        }

    def _coverage(self) -> dict[str, Any]:
        one = self.coverage
        return {
            "sentence": one.sentence,
            "advice": "" if self.finding or self.not_controlled or self.notes else one.advice,
            "schedules": one.schedules,
            "steps": one.steps,
            "exhausted": one.exhausted,
            "preemptions": one.preemptions,
            "saved": one.saved,
            "policy": one.policy,
            "seed": one.seed,
            "seconds": round(one.seconds, 3),
        }

    def _failure(self, found: Finding) -> dict[str, Any]:
        failure = found.failure
        place = found.place
        return {
            "kind": str(failure.kind),
            "summary": failure.summary,
            "mechanism": failure.mechanism,
            "details": list(failure.details),
            "thread": None if failure.task is None else failure.task.id,
            "file": place.get("file"),
            "line": place.get("line"),
            "traceback": place.get("traceback", []),
            "schedule": found.schedule,
            "policy": found.policy,
            "switches": len(found.plan),
            "switches_found": found.switches_found,
            "replay": found.replay,
            "replays": list(found.replays),
        }

    def text(self, width: int = 100, *, colour: bool = False) -> str:
        """What a person reads: the finding with its columns, or what was covered."""
        from conclab.explore.columns import columns  # noqa: PLC0415

        return columns(self.document(), width, colour=colour)

    def assert_holds(self) -> None:
        """Raise AssertionError unless every schedule up to the bound was tried and none failed."""
        __tracebackhide__ = True  # of pytest: what failed is in the text
        if self.verdict is Verdict.HOLDS:
            return
        if self.verdict is Verdict.UNCLEAR and self.not_controlled is None:
            raise AssertionError(
                f"{self.target}: no failure in {self.coverage.sentence}, but that is not all there are: "
                "give it a larger budget or fewer preemptions, or say assert_survives() if a sample is enough"
            )
        raise AssertionError(self.text())

    def assert_survives(self) -> None:
        """Raise AssertionError if a schedule fails or can't be controlled; a sample is enough."""
        __tracebackhide__ = True
        if self.verdict is Verdict.FAILS or self.not_controlled is not None:
            raise AssertionError(self.text())


def interpreter() -> str:
    """The name of the interpreter, as everywhere in conclab."""
    free = "t" if sysconfig.get_config_var("Py_GIL_DISABLED") else ""
    name = platform.python_implementation().lower()
    return f"{name}-{sys.version_info.major}.{sys.version_info.minor}{free}"
