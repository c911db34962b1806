"""Figures that come out the same every time, saved whole or not at all. Knows nothing of runs.

matplotlib takes two seconds to import, so it is imported when the first figure is drawn. Never pyplot:
it keeps global state and looks for a display.
"""

from __future__ import annotations

import warnings
from contextlib import ExitStack, contextmanager
from typing import TYPE_CHECKING, Any

from conclab.files import whole

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from matplotlib.figure import Figure

PNG_DPI = 144  # twice the 72 points an inch of the SVG
_METADATA: dict[str, dict[str, Any]] = {"svg": {"Date": None, "Creator": None}, "png": {"Software": None}}


@contextmanager
def style(salt: str) -> Iterator[None]:
    """Apply our settings while a figure is made and saved; `salt` tells the ids of several SVGs apart."""
    import matplotlib as mpl  # noqa: PLC0415 - slow, see above

    settings: dict[Any, Any] = {
        "svg.fonttype": "none",
        "svg.hashsalt": salt,
        "font.family": "sans-serif",
        "font.sans-serif": ["DejaVu Sans", "Verdana", "Arial", "sans-serif"],
        "font.size": 10,
        "text.parse_math": False,
        "path.simplify": False,
    }
    with mpl.rc_context(), warnings.catch_warnings():
        warnings.filterwarnings("ignore", message="Glyph .* missing from")  # drawn as a box in the PNG alone
        mpl.rcdefaults()
        mpl.rcParams.update(settings)
        yield


def save(figure: Figure, folder: Path, stem: str) -> list[Path]:
    """Write the SVG and the PNG, both or neither."""
    folder.mkdir(parents=True, exist_ok=True)
    targets = [folder / f"{stem}.{kind}" for kind in _METADATA]
    with ExitStack() as both:
        for target, (kind, metadata) in zip(targets, _METADATA.items(), strict=True):
            partial = both.enter_context(whole(target))
            figure.savefig(partial, format=kind, dpi=PNG_DPI, metadata=metadata)
    return targets
