"""One process observed by the best layer that works here, and read back: the files of one folder.

`wanted.json` says what the conductor wants, `<pid>.json` what it got and why nothing better, `<pid>.names`
the threads' names, and the layer's own file what it saw.
"""

from __future__ import annotations

import json
import os
import sys
from contextlib import ExitStack, suppress
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from conclab.errors import ObserverError
from conclab.files import whole
from conclab.gil import derived, exact, exact_states, sampled, sampled_states
from conclab.gil.names import Names
from conclab.gil.names import read as read_names
from conclab.gil.states import Layer, Observation

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from pathlib import Path

    from conclab.model import Span

WANTED = "wanted.json"
NAMED = "*.process"  # beside the folder, of a person's own program: the process's name by its id
FOLDER = "gil"  # inside the folder of a traced pass
PROGRAM = "CONCLAB_TRACE"  # the environment variable that names the folder for a person's own program


class Wish(StrEnum):
    """Which layer the conductor asks for."""

    AUTO = "auto"
    EXACT = "exact"
    SAMPLED = "sampled"
    DERIVED = "derived"


LADDER = {
    Wish.AUTO: (Layer.EXACT, Layer.SAMPLED),
    Wish.EXACT: (Layer.EXACT,),
    Wish.SAMPLED: (Layer.SAMPLED,),
    Wish.DERIVED: (),
}
STARTS = {Layer.EXACT: exact.start, Layer.SAMPLED: sampled.start}


@dataclass(frozen=True, slots=True)
class Unreadable:
    """A file that makes no sense, with the reason."""

    file: str
    why: str


def prepare(folder: Path, wish: Wish, because: str = "") -> None:
    """Make the folder of a pass ready. `because` says why there is no shim, if there is none."""
    place = folder / FOLDER
    place.mkdir(parents=True, exist_ok=True)
    (place / WANTED).write_text(json.dumps({"layer": wish.value, "because": because}), encoding="utf-8")


def start(folder: Path) -> Callable[[], None]:
    """Observe this process by the best layer that is wanted and works; returns what stops it."""
    place = folder / FOLDER
    wanted = json.loads((place / WANTED).read_text(encoding="utf-8"))
    gil_less = not getattr(sys, "_is_gil_enabled", lambda: True)()
    reasons: list[str] = []
    with ExitStack() as stack:
        names = Names(place / f"{os.getpid()}.names")
        names.start()
        stack.callback(names.stop)
        got = Layer.NONE if gil_less else Layer.DERIVED
        for layer in LADDER[Wish(wanted["layer"])]:
            if gil_less and layer is Layer.EXACT:
                continue  # there is no GIL to be exact about
            try:
                stack.callback(STARTS[layer](place))
            except ObserverError as error:
                reasons.append(
                    (layer is Layer.EXACT and wanted["because"]) or f"{layer.value} layer: {error}"
                )
                continue
            got = Layer.NONE if gil_less else layer
            break
        _write(place / f"{os.getpid()}.json", {"layer": got.value, "because": "; ".join(reasons)})
        return stack.pop_all().close


def attend(folder: Path) -> None:
    """Watch the calling subinterpreter's GIL, too; without it, its threads are seen and their GIL is not."""
    place = folder / FOLDER
    with suppress(OSError, ValueError):
        layer = json.loads((place / f"{os.getpid()}.json").read_text(encoding="utf-8"))["layer"]
        if layer in {Layer.EXACT.value, Layer.SAMPLED.value}:
            with suppress(ObserverError):
                {Layer.EXACT: exact, Layer.SAMPLED: sampled}[Layer(layer)].add_interpreter()


def observations(folder: Path, spans: Sequence[Span] = ()) -> tuple[list[Observation], list[Unreadable]]:
    """Read what was seen of each process of a pass; where nobody could look, the spans tell a little."""
    seen: list[Observation] = []
    unreadable: list[Unreadable] = []
    for file in sorted((folder / FOLDER).glob("[0-9]*.json")):
        try:
            about = json.loads(file.read_text(encoding="utf-8"))
            seen.append(_observation(file, about, [span for span in spans if span.pid == int(file.stem)]))
        except (OSError, ValueError, KeyError, TypeError) as error:
            unreadable.append(Unreadable(file.name, f"{type(error).__name__}: {error}"))
    return seen, unreadable


def _observation(file: Path, about: Mapping[str, Any], spans: Sequence[Span]) -> Observation:
    layer = Layer(about["layer"])
    events, samples = file.with_suffix(exact.SUFFIX), file.with_suffix(sampled.SUFFIX)
    if events.exists() and layer is Layer.EXACT:
        one = exact_states.read(events)
    elif samples.exists() and layer in {Layer.SAMPLED, Layer.NONE}:
        one = sampled_states.read(samples)
    elif spans:
        one = derived.observation(spans)
    else:
        one = Observation(int(file.stem), layer, 0, 0, {})
    names = {**one.names, **read_names(file.with_suffix(".names"))}
    return replace(one, layer=layer, names=names, because=about["because"])


def _write(path: Path, document: Mapping[str, str]) -> None:
    with whole(path) as partial:
        partial.write_text(json.dumps(document), encoding="utf-8")
