"""What the probe's files of one pass say: the calls of each thread of each process, in nanoseconds.

Files come from other processes, which may have been killed: a file that makes no sense costs its own
calls, and is named. Paths of the machine stop here.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

_PLACE = re.compile(r"\((?:[^()]*[\\/])?([^()\\/]+):(\d+)\)$")
_NAME = re.compile(r'"name":"((?:(?!"name":").)*?)"(\}{1,2})(?=,\{"p|\],? ?"viztracer)', re.DOTALL)
_FOLDERS = re.compile(r"(?:\b[A-Za-z]:)?[\\/](?:[^\s\\/:()'\"<>]+[\\/])+")


@dataclass(frozen=True, slots=True, order=True)
class Call:
    """One function call, or the part of it that was seen."""

    start_ns: int
    end_ns: int
    name: str


@dataclass(frozen=True, slots=True)
class Recording:
    """One process as its probe saw it."""

    pid: int
    calls: dict[int, list[Call]]  # by the operating system's thread id
    names: dict[int, str]
    full: bool  # the earliest calls were lost
    shortest_us: float  # shorter calls were not kept


@dataclass(frozen=True, slots=True)
class Broken:
    """A file that could not be read, with the reason."""

    file: str
    why: str


def read(folder: Path | None) -> tuple[list[Recording], list[Broken]]:
    """Read every recording of one pass. A folder that does not exist has none."""
    recordings: list[Recording] = []
    broken: list[Broken] = []
    if folder is None or not folder.is_dir():
        return recordings, broken
    for file in sorted(folder.glob("*.json")):
        try:
            recordings.append(_recording(_events(file) | _about(file)))
        except (OSError, ValueError, TypeError, KeyError, AttributeError, RecursionError) as error:
            broken.append(Broken(plain(file.name), f"{type(error).__name__}: {plain(str(error))[:200]}"))
    broken += [Broken(plain(file.name), "half written") for file in sorted(folder.glob("*.partial"))]
    return recordings, broken


def _events(file: Path) -> dict[str, Any]:
    """What VizTracer wrote; it takes names as they are, so that a quote in one breaks the JSON around it."""
    text = file.read_bytes().decode("utf-8", "replace")
    try:
        return dict(json.loads(text))
    except json.JSONDecodeError:
        return dict(json.loads(_NAME.sub(_escaped, text)))


def _escaped(found: re.Match[str]) -> str:
    return f'"name":{json.dumps(found[1])}{found[2]}'


def _about(file: Path) -> dict[str, Any]:
    """What the probe says of its recording, beside the events."""
    about = file.with_suffix(".about")
    return dict(json.loads(about.read_bytes())) if about.exists() else {}


@lru_cache(maxsize=65536)
def plain(text: str) -> str:
    """Shorten paths to the file's name and replace what the viewer can't show: it wants ASCII."""
    text = _FOLDERS.sub("", _PLACE.sub(r"(\1:\2)", text))
    return text.encode("ascii", "replace").decode()


def _recording(document: dict[str, Any]) -> Recording:
    events = document["traceEvents"]
    pids = {int(event["pid"]) for event in events}
    if len(pids) != 1:
        raise ValueError(f"events of {len(pids)} processes, not of one")
    probe = document.get("conclab_probe", {})
    return Recording(
        pid=pids.pop(),
        calls=_by_thread(events),
        names=dict(_names(document)),
        full=bool(probe.get("full", document.get("viztracer_metadata", {}).get("overflow", False))),
        shortest_us=float(probe.get("shortest_us", 0)),
    )


def _by_thread(events: list[dict[str, Any]]) -> dict[int, list[Call]]:
    """Complete calls (X), and those that were still open at the end (B), which last to the end."""
    calls: dict[int, list[Call]] = {}
    still_open: list[dict[str, Any]] = []
    last = 0
    for event in events:
        if event["ph"] == "X":
            start = round(event["ts"] * 1000)
            end = round((event["ts"] + event["dur"]) * 1000)
            last = max(last, end)
            calls.setdefault(int(event["tid"]), []).append(Call(start, end, plain(event["name"])))
        elif event["ph"] == "B":
            still_open.append(event)
    for event in still_open:
        start = round(event["ts"] * 1000)
        calls.setdefault(int(event["tid"]), []).append(Call(start, max(start, last), plain(event["name"])))
    return calls


def _names(document: dict[str, Any]) -> Iterator[tuple[int, str]]:
    """Names as VizTracer has them, corrected by the probe's own."""
    for event in document["traceEvents"]:
        if event["ph"] == "M" and event["name"] == "thread_name":
            name = str(event["args"]["name"])
            if not name.startswith("Dummy-"):
                yield int(event["tid"]), plain(name)
    for thread, name in document.get("conclab_threads", {}).items():
        yield int(thread), plain(str(name))
