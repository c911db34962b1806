"""Grow a task until it lasts long enough. Pure: it is handed the function that runs one task."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

ROUNDS = 12
BIGGEST_STEP = 8.0  # a cold first run must not make the second one endless


def calibrate(run: Callable[[int], float], *, size: int, target_s: float) -> tuple[int, float]:
    """Return the size whose task lasts about `target_s`, and its time.

    Cost may grow faster than the size does, so steps towards the target are damped, and a size
    within 25% of it is good enough: the exact length does not matter, only its order.
    """
    seconds = run(size)
    for _ in range(ROUNDS):
        if 0.75 * target_s <= seconds <= 1.25 * target_s:
            break
        ratio = target_s / max(seconds, 1e-7)
        step = min(max(ratio**0.8, 1 / BIGGEST_STEP), BIGGEST_STEP)
        size = max(1, round(size * step))
        seconds = run(size)
    return size, seconds
