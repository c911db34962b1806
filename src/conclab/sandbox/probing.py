"""Which layer holds here, found by running a hostile program under it: what is installed proves nothing.

Each probe is made once in the life of a process. A program that does not finish its attempts proves nothing
either, so the layer does not hold.
"""

from __future__ import annotations

import os
import select
import sys
from contextlib import suppress
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from threading import Lock

from conclab.errors import ConclabError
from conclab.sandbox.canaries import SECRET, Canaries
from conclab.sandbox.inside.streams import KEPT
from conclab.sandbox.launching import Confined, launch
from conclab.sandbox.model import MIB, Ending, Isolation, Layer, Limits
from conclab.sandbox.promises import Promise, promised

HOSTILE = Path(__file__).parent / "hostile.py"
LIMITS = Limits(folder_bytes=MIB // 2)
PATIENCE_S = 20.0  # a hang guard: it takes a tenth of a second
_one_at_a_time = Lock()


@dataclass(frozen=True, slots=True)
class Probe:
    """What one layer came to."""

    layer: Layer
    escaped: tuple[Promise, ...] = ()  # what succeeded and should not have
    problem: str = ""  # why it could not be had at all

    @property
    def holds(self) -> bool:
        """Whether it keeps all that it promises."""
        return not self.escaped and not self.problem


def probe(layer: Layer, needs: frozenset[str] = frozenset()) -> Probe:
    """Run the hostile program under a layer, as a program with these needs; remember what came of it."""
    with _one_at_a_time:
        return _probe(layer, frozenset(needs & {"processes", "network"}))


def best_layer(needs: frozenset[str] = frozenset()) -> Layer:
    """Return the highest layer that keeps its promises here."""
    return next((layer for layer in sorted(Layer, reverse=True) if probe(layer, needs).holds), Layer.NONE)


def isolation(needs: frozenset[str] = frozenset()) -> Isolation:
    """Return the best layer with what it is made of, and what the next one lacks."""
    from conclab.sandbox import wording  # noqa: PLC0415 - it needs `Probe`

    layer = best_layer(needs)
    above = [probe(each, needs) for each in Layer if each > layer]
    return Isolation(layer, wording.parts(layer), tuple(wording.lacks(each) for each in above))


@cache
def _probe(layer: Layer, needs: frozenset[str]) -> Probe:
    if sys.platform == "win32":
        return Probe(layer, problem="programs can't be run apart on Windows")
    told, telling = os.pipe()
    life, living = os.pipe()
    try:
        with Canaries() as canaries:
            try:
                confined = _let_loose(canaries, layer, needs, telling, living)
            finally:
                os.close(telling)
                os.close(living)
            with confined:
                succeeded, done = _listen(told)
                waited = confined.wait(PATIENCE_S) if layer >= Layer.BASIC or not done else None
                ending = waited or confined.kill()
            if canaries.harmed():
                succeeded.add("truncate")
        succeeded |= _seen_from_here(ending, layer, lives=not _is_over(life))
    except (ConclabError, OSError) as error:
        return Probe(layer, problem=str(error))
    finally:
        os.close(told)
        os.close(life)
    if ending.problem or not done:
        return Probe(layer, problem=ending.problem or f"the hostile program did not finish: {ending}")
    return Probe(layer, tuple(each for each in promised(layer, needs) if each.attack in succeeded))


def _let_loose(
    canaries: Canaries, layer: Layer, needs: frozenset[str], telling: int, living: int
) -> Confined:
    arguments = [telling, living, canaries.victim, canaries.port, canaries.abstract, canaries.place]
    os.environ["CONCLAB_SECRET"] = SECRET
    try:
        return launch(
            HOSTILE,
            *map(str, arguments),
            str(LIMITS.folder_bytes),
            layer=layer,
            pass_fds=(telling, living),
            limits=LIMITS,
            needs=needs,
            read=(canaries.library,),
        )
    finally:
        with suppress(KeyError):
            del os.environ["CONCLAB_SECRET"]


def _listen(told: int) -> tuple[set[str], bool]:
    """Return which attacks succeeded, and whether all were tried."""
    data = b""
    while _readable(told, PATIENCE_S):
        more = os.read(told, 4096)
        if not more:
            break
        data += more
        if data.endswith(b"done\n"):
            break
    names = data.decode("ascii", errors="replace").splitlines()
    return set(names), names[-1:] == ["done"]


def _seen_from_here(ending: Ending, layer: Layer, *, lives: bool) -> set[str]:
    """What the program itself can't tell: what became of it."""
    seen = {"daemon"} if lives else set()
    stdout = ending.output.stdout
    if len(stdout.head) + len(stdout.tail) > 2 * KEPT:
        seen.add("flood")
    if layer >= Layer.BASIC and not ending.excess:
        seen.add("disk")
    return seen


def _is_over(life: int) -> bool:
    """Whether all processes that held the other end have ended."""
    return _readable(life, 0) and os.read(life, 1) == b""


def _readable(fd: int, timeout_s: float) -> bool:
    eye = select.poll()
    eye.register(fd, select.POLLIN)
    return bool(eye.poll(timeout_s * 1000))
