"""What the conductor does before an observed process begins: its shim, its folder, its environment.

Knows nothing of lanes or programs.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from conclab.gil import build
from conclab.gil.record import LADDER, Wish, prepare
from conclab.gil.states import Layer

if TYPE_CHECKING:
    from pathlib import Path


def ready(folder: Path, wish: Wish) -> dict[str, str]:
    """Make the folder of a pass ready; returns what the environment of its processes needs."""
    shim = build.shim() if _wants_shim(wish) else build.Shim(None)
    prepare(folder, wish, shim.because)
    return shim.preloaded()


def must_build(wish: Wish) -> bool:
    """Whether `ready` would have to call the compiler, which takes a while."""
    return _wants_shim(wish) and build.must_build()


def _wants_shim(wish: Wish) -> bool:
    return Layer.EXACT in LADDER[wish]
