"""Where a logarithmic axis gets its labels: plain numbers that a reader can divide by each other."""

from __future__ import annotations

from math import ceil, floor, log2, log10

MOST = 9  # labels that fit side by side


def octave_ticks(low: float, high: float) -> list[float]:
    """Choose powers of two; steps between them where few would fit, fewer of them where many would."""
    step = max(1, ceil((high - low) / MOST))
    whole = [2.0**power for power in range(floor(low), ceil(high) + 1) if power % step == 0]
    if high - low <= 3:  # noqa: PLR2004 - octaves
        whole += [tick * 1.5 for tick in whole]
    if high - low <= 1:
        whole += [tick * 1.25 for tick in whole]
    return sorted({tick for tick in whole if low <= log2(tick) <= high})


def round_ticks(low: float, high: float) -> list[float]:
    """Choose round numbers of seconds, as many as have room."""
    for steps in ((1, 1.5, 2, 3, 4, 5, 7), (1, 2, 3, 5), (1, 3), (1,)):
        ticks = [step * 10.0**power for power in range(-9, 7) for step in steps]
        ticks = [tick for tick in ticks if low <= tick <= high]
        if len(ticks) < MOST:
            break
    return ticks


def plain_ticks(last: float) -> list[float]:
    """Choose round numbers from zero on, at even distances, as many as have room."""
    power = 10.0 ** floor(log10(last / MOST))
    step = next(step * power for step in (1, 2, 5, 10) if step * power >= last / MOST)
    return [round(place * step, 9) for place in range(floor(last / step) + 1)]
