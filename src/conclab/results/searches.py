"""What the searches of one variant brought, as run.json keeps it: a figure per block, and the first find."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Sequence

    from conclab.model import Trial
    from conclab.record import Share
    from conclab.search import Approach, Search


def search(approach: Approach, trials: Sequence[Trial | None], share: Share | None) -> dict[str, Any]:
    """The part `search` of a variant. None stands where a trial is missing."""
    made = [trial.searches[0] if trial is not None and trial.searches else None for trial in trials]
    first = next((one for one in made if one is not None and one.found), None)
    return {
        "approach": approach.value,
        "unit": approach.unit,
        "limit": max((one.limit for one in made if one is not None), default=None),
        "found": _column(made, "found"),
        "tries": _column(made, "tries"),
        "seconds": _column(made, "seconds"),
        "seeds": _column(made, "seed"),
        "share": None if share is None else asdict(share),
        "failure": (first.failure or None) if first else None,
        "story": (first.story or None) if first else None,
        "replay": (first.replay or None) if first else None,
    }


def _column(made: Sequence[Search | None], figure: str) -> list[Any]:
    return [None if one is None else getattr(one, figure) for one in made]
