"""One process observed by the best layer that works here, and read back: the files of one folder.

`wanted.json` says what the conductor wants. Each recording has a folder of its own, `<pid>` or, after a
process has become another program, `<pid>-1`: `about.json` says what it got and why nothing better, `names`
the threads' names, `missing` what could not be observed, and the layer's own file what it saw.
"""

from __future__ import annotations

import json
import os
from contextlib import ExitStack, suppress
from dataclasses import dataclass, replace
from enum import StrEnum
from functools import reduce
from typing import TYPE_CHECKING, Any

from conclab.errors import ObserverError
from conclab.files import whole
from conclab.gil import derived, exact, exact_states, sampled, sampled_states
from conclab.gil.names import Names
from conclab.gil.names import read as read_names
from conclab.gil.states import Layer, Observation
from conclab.here import gil_enabled

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from pathlib import Path

    from conclab.model import Span

WANTED = "wanted.json"
NAMED = "*.process"  # beside the folder, of a person's own program: the process's name by its id
FOLDER = "gil"  # inside the folder of a traced pass
NO_CALLS = "CONCLAB_TRACE_NO_CALLS"  # set: another tool in the program wants to see its calls
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
OBSERVERS = {Layer.EXACT: exact, Layer.SAMPLED: sampled}


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
    wanted = json.loads((folder / FOLDER / WANTED).read_text(encoding="utf-8"))
    place = _own_place(folder / FOLDER)
    gil_less = not gil_enabled()
    reasons: list[str] = []
    with ExitStack() as stack:
        names = Names(place / "names")
        names.start()
        stack.callback(names.stop)
        got = Layer.NONE if gil_less else Layer.DERIVED
        for layer in LADDER[Wish(wanted["layer"])]:
            if gil_less and layer is Layer.EXACT:
                continue  # there is no GIL to be exact about
            try:
                stack.callback(OBSERVERS[layer].start(place))
            except ObserverError as error:
                reasons.append(
                    (layer is Layer.EXACT and wanted["because"]) or f"{layer.value} layer: {error}"
                )
                continue
            got = Layer.NONE if gil_less else layer
            break
        _write(place / "about.json", {"layer": got.value, "because": "; ".join(reasons)})
        return stack.pop_all().close


def attend(folder: Path) -> None:
    """Watch the calling subinterpreter's GIL, too; where that fails, the record says what it lacks."""
    for place in _places(folder / FOLDER)[-1:]:
        with suppress(OSError, ValueError):
            layer = Layer(json.loads((place / "about.json").read_text(encoding="utf-8"))["layer"])
            if layer in OBSERVERS:
                try:
                    OBSERVERS[layer].add_interpreter()
                except ObserverError as error:
                    with (place / "missing").open("a", encoding="utf-8") as file:
                        file.write(f"{error}\n")


def observations(
    folder: Path, spans: Sequence[Span] = (), ended_ns: Mapping[int, int] | None = None
) -> tuple[list[Observation], list[Unreadable]]:
    """Read what was seen of each process of a pass; where nobody could look, the spans tell a little.

    `ended_ns` says when a process ended, by its id, as far as somebody knows.
    """
    seen: dict[int, list[Observation]] = {}
    unreadable: list[Unreadable] = []
    ended = dict(ended_ns or {})
    # The latest of a process first: its beginning is the end of the one before.
    for place in sorted((folder / FOLDER).glob("[0-9]*/"), key=_number, reverse=True):
        pid = int(place.name.partition("-")[0])
        if not (place / "about.json").exists():
            continue  # ended before anything was observed
        try:
            about = json.loads((place / "about.json").read_text(encoding="utf-8"))
            own = [span for span in spans if span.pid == pid]
            one = _observation(place, pid, about, own, ended.get(pid, 0))
            seen.setdefault(pid, []).insert(0, one)
            ended[pid] = one.start_ns
        except (OSError, ValueError, KeyError, TypeError) as error:
            unreadable.append(Unreadable(place.name, f"{type(error).__name__}: {error}"))
    return [reduce(_joined, parts) for parts in seen.values()], unreadable


def _own_place(root: Path) -> Path:
    """Make the folder of a new recording of this process."""
    number = len(_places(root))
    place = root / (f"{os.getpid()}-{number}" if number else f"{os.getpid()}")
    place.mkdir()
    return place


def _places(root: Path) -> list[Path]:
    """The folders of this process's recordings, the latest last."""
    found = [*root.glob(f"{os.getpid()}/"), *root.glob(f"{os.getpid()}-*/")]
    return sorted(found, key=_number)


def _number(place: Path) -> int:
    return int(place.name.partition("-")[2] or 0)


def _observation(
    place: Path, pid: int, about: Mapping[str, Any], spans: Sequence[Span], ended_ns: int
) -> Observation:
    layer = Layer(about["layer"])
    events, samples = (place / f"{pid}{suffix}" for suffix in (exact.SUFFIX, sampled.SUFFIX))
    if events.exists() and layer is Layer.EXACT:
        one = exact_states.read(events, ended_ns=ended_ns)
    elif samples.exists() and layer in {Layer.SAMPLED, Layer.NONE}:
        one = sampled_states.read(samples)
    elif spans:
        one = derived.observation(spans)
    else:
        one = Observation(pid, layer, 0, 0, {})
    names = {**one.names, **read_names(place / "names")}
    missing = place / "missing"
    cut = [one.cut, *(missing.read_text(encoding="utf-8").splitlines()[:3] if missing.exists() else [])]
    return replace(one, layer=layer, names=names, because=about["because"], cut="; ".join(filter(None, cut)))


def _joined(first: Observation, then: Observation) -> Observation:
    """One process that became another program: what was seen before and after."""
    threads = {thread: list(stretches) for thread, stretches in first.threads.items()}
    for thread, stretches in then.threads.items():
        threads.setdefault(thread, []).extend(stretches)
    return replace(
        then,
        start_ns=first.start_ns or then.start_ns,
        threads=threads,
        names={**first.names, **then.names},
        cut=then.cut,  # that the first one ended without a word was its becoming another
    )


def _write(path: Path, document: Mapping[str, str]) -> None:
    with whole(path) as partial:
        partial.write_text(json.dumps(document), encoding="utf-8")
