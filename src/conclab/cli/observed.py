"""The observed passes of a run, two for each variant, in lanes of their own; neither is ever timed.

The first looks at the GIL alone, which costs next to nothing: its shares are the ones that are reported.
The second records the function calls, too, which slows the work down: it makes the trace.
"""

from __future__ import annotations

import math
from contextlib import ExitStack
from statistics import median
from typing import TYPE_CHECKING, Any

from conclab.errors import LaneError

if TYPE_CHECKING:
    from collections.abc import Callable
    from contextlib import AbstractContextManager
    from pathlib import Path

    from conclab.gil.record import Wish
    from conclab.harness.session import Session
    from conclab.model import Variant
    from conclab.tracing.groups import Pass

LONG_ENOUGH_S = 0.25  # some fifty switch intervals: the first and the last one no longer matter
MOST_BATCHES = 20


class Observer:
    """Makes the passes of one run; `cautions` says what could not be seen."""

    def __init__(
        self, session: Session, wish: Wish, doing: Callable[[str], AbstractContextManager[None]]
    ) -> None:
        self._session = session
        self._wish = wish
        self._doing = doing
        self.cautions: list[str] = []

    def observe(self, target: Path) -> dict[str, Any]:
        """Write the merged trace into the run's folder; returns what run.json says under `trace`.

        Raises OSError if that folder can't be written. What goes wrong while looking is a caution.
        """
        from conclab.tracing.merge import merge, save

        record = self._session.recording
        found: dict[str, Any] = {"file": "trace.json.gz", "overhead": {}, "gil": {}}
        if record.experiment.tells_order:
            found["order"] = {}
        with ExitStack() as stack:
            folder = self._folder(stack)
            passes = self._passes(folder, found) if folder else []
            with self._doing("merging the trace"):
                save(merge(record.name, passes), target / found["file"])
        return found

    def _folder(self, stack: ExitStack) -> Path | None:
        from conclab.harness.session import scratch

        try:
            return stack.enter_context(scratch("trace"))
        except OSError as error:
            self.cautions.append(f"nothing was observed: {_words(error)}")
            return None

    def _passes(self, folder: Path, found: dict[str, Any]) -> list[Pass]:
        from conclab.tracing.order import order
        from conclab.tracing.summary import summarise

        record = self._session.recording
        batches = self._batches()
        passes = []
        build(self._wish, self._doing)
        for number, variant in enumerate(each for each in record.lineup if each.name not in record.errors):
            looked = self._pass(variant, folder / f"{number}-gil", calls=False, batches=batches)
            if looked is not None:
                found["gil"][variant.name] = summarise(looked, [])
                if "order" in found:
                    found["order"][variant.name] = order(looked.spans)
            traced = self._pass(variant, folder / f"{number}-calls", calls=True, batches=1)
            if traced is not None:
                found["overhead"][variant.name] = self._slowdown(traced)
                passes.append(traced)
        return passes

    def _pass(self, variant: Variant, folder: Path, *, calls: bool, batches: int) -> Pass | None:
        from conclab.gil.record import observations
        from conclab.tracing.groups import Pass

        what = "tracing" if calls else "watching the GIL of"
        with self._doing(f"{what} {variant.name}"):
            try:
                pid, spans = self._session.trace(
                    variant, folder, calls=calls, wish=self._wish, batches=batches
                )
            except (LaneError, OSError) as error:  # the second: no room for temporary files
                why = error if isinstance(error, LaneError) else _words(error)
                kind = "trace" if calls else "GIL summary"
                self.cautions.append(f"{variant.name} is not in the {kind}: {why}")
                return None
        seen, unreadable = observations(folder, spans)
        self.cautions += [
            f"{variant.name}: a record of the GIL can't be read: {bad.why}" for bad in unreadable
        ]
        return Pass(variant.name, pid, spans, folder, tuple(seen))

    def _batches(self) -> int:
        """How many batches make a pass long enough; the same for all variants, so that they compare."""
        record = self._session.recording
        if record.experiment.tells_order:
            return 1
        times = [
            median([trial.time_s for trial in record.trials(variant.name) if trial] or [LONG_ENOUGH_S])
            for variant in record.lineup
        ]
        return min(MOST_BATCHES, max(1, math.ceil(LONG_ENOUGH_S / max(times))))

    def _slowdown(self, one: Pass) -> float | None:
        """How many times longer the traced batch took than a timed one does: the price of looking."""
        times = [trial.time_s for trial in self._session.recording.trials(one.variant) if trial is not None]
        if not times or not one.spans:
            return None
        traced_ns = max(span.end_ns for span in one.spans) - min(span.start_ns for span in one.spans)
        return traced_ns / 1e9 / median(times)


def build(wish: Wish, doing: Callable[[str], AbstractContextManager[None]]) -> None:
    """Build what the exact layer needs, if it has to be built, and say so: it takes a second or more."""
    from conclab.gil.build import shim
    from conclab.gil.ready import must_build

    if must_build(wish):
        with doing("building the GIL observer"):
            shim()


def _words(error: OSError) -> str:
    """Say what is wrong with the temporary files, the only ones that a pass writes."""
    return f"its temporary files can't be written: {error.strerror or error}; TMPDIR names another folder"
