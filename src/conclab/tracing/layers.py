"""How well the GIL of one pass was observed, over all its processes: in a form that run and trace share."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from conclab.gil.states import Layer
from conclab.tracing.calls import plain

if TYPE_CHECKING:
    from conclab.tracing.processes import Pass

_BEST_FIRST = (Layer.EXACT, Layer.SAMPLED, Layer.DERIVED)


@dataclass(frozen=True, slots=True)
class Quality:
    """The best layer that all processes reached, and what is missing."""

    layer: Layer
    because: str | None
    cut: str | None
    rate_hz: float | None

    def document(self) -> dict[str, object]:
        """Give it as run and trace hold it."""
        return {
            "layer": self.layer.value,
            "because": self.because,
            "cut": self.cut,
            "rate_hz": self.rate_hz,
        }


def about(one: Pass) -> Quality:
    """Judge one pass. A process with tasks of which nothing was recorded is said to be missing."""
    if not one.observations:
        return Quality(Layer.DERIVED, "nothing was observed", None, None)
    layers = {seen.layer for seen in one.observations}
    known = [layer for layer in _BEST_FIRST if layer in layers]
    reasons = dict.fromkeys(plain(seen.because) for seen in one.observations if seen.because)
    cuts = dict.fromkeys(plain(seen.cut) for seen in one.observations if seen.cut)
    missed = {span.pid for span in one.spans} - {seen.pid for seen in one.observations}
    if missed:
        who = "one process" if len(missed) == 1 else f"{len(missed)} processes"
        cuts[f"of {who} with tasks nothing was recorded"] = None
    rates = [seen.rate_hz for seen in one.observations if seen.rate_hz is not None]
    return Quality(
        layer=known[-1] if known else Layer.NONE,
        because="; ".join(reasons) or None,
        cut="; ".join(cuts) or None,
        rate_hz=round(min(rates), 1) if rates else None,
    )
