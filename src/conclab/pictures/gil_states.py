"""How each state of the GIL is called, coloured and shaped, in every face. No figures, no layout.

The keys are the words of run.json. Shape says what colour says: a thread that holds the GIL fills its
lane, one that waits is a thin line in the middle, a blocked one a hairline.
"""

from __future__ import annotations

from dataclasses import dataclass

MIXED = "mixed"  # no state: stretches too short to be drawn one by one, with the share of each
MIXED_WORDS = "many short stretches: heights are shares"
TASK, TASK_WORDS = "task", "one task"


@dataclass(frozen=True, slots=True)
class Look:
    """One state. `bars` are the parts of a lane's height that it fills, from 0 at the bottom to 1."""

    words: str
    short: str
    figure: str  # its key in run.json, seconds
    colour: str  # on white
    dark: str  # on black
    bars: tuple[tuple[float, float], ...]


# Okabe and Ito's palette, the purple a little darker: told apart with every common colour blindness.
LOOKS = {
    "holds": Look("holds the GIL", "held", "held_s", "#0072b2", "#56aef0", ((0.0, 1.0),)),
    "waits": Look("waits for the GIL", "waited", "waiting_s", "#d55e00", "#f59452", ((0.4, 0.6),)),
    "released": Look(
        "runs without the GIL", "released", "released_s", "#008f68", "#3fcf9f", ((0.0, 0.36), (0.64, 1.0))
    ),
    "no-cpu": Look("could run, but has no CPU", "no CPU", "no_cpu_s", "#a8467f", "#e8a0cb", ((0.0, 0.24),)),
    "blocked": Look("blocked", "blocked", "blocked_s", "#76828e", "#94a0ab", ((0.47, 0.53),)),
    "unknown": Look("unknown", "unknown", "unknown_s", "#dfe3e8", "#3d4650", ((0.1, 0.9),)),
}
RUNS = "runs"  # what `released` is called where there is no GIL to let go of
RAN = "ran"
COLOURED_SHARES = ("holds", "released", "waits", "no-cpu")  # of a mixed stretch, from the bottom up


def words(state: str, *, layer: str) -> str:
    """Say what a thread in this state does."""
    return RUNS if (state, layer) == ("released", "none") else LOOKS[state].words


def short(state: str, *, layer: str) -> str:
    """Say what a thread did, in a word or two, as the head of a column."""
    return RAN if (state, layer) == ("released", "none") else LOOKS[state].short
