"""Function calls of one process, recorded by VizTracer on CLOCK_MONOTONIC.

Writes `<role>-<pid>.json`: Chrome trace events, as VizTracer itself writes them quickest. Beside it, in
`<role>-<pid>.about`, two keys of our own: `conclab_threads` maps the operating system's thread ids to
names, which VizTracer loses from Python 3.12 on; `conclab_probe` says what was not recorded. No source
text and no argument of any call.
"""

from __future__ import annotations

import json
import multiprocessing
import os
from multiprocessing.util import Finalize
from pathlib import Path
from typing import TYPE_CHECKING, Any

from conclab.files import whole
from conclab.gil.names import Names
from conclab.model import Probe

if TYPE_CHECKING:
    from collections.abc import Callable

ENTRIES = 50_000  # the last ones are kept; at 140 bytes each a file stays below 8 MB
ABOUT = ".about"
PROGRAM = "process"  # the role of a person's own program: nobody notes its tasks, so each gets a row here
SHORTEST_US = 20  # shorter calls are not kept, so that a pass of many small calls stays readable

# Never emptied, and registered with `builtins`, which go last: freeing a tracer before that makes
# CPython 3.11 complain when it shuts down.
_tracers: dict[int, Any] = {}


class _Recording:
    """One recording of one process; VizTracer allows no second one at the same time."""

    def __init__(self, target: Path, *, tasks_apart: bool) -> None:
        self.pid = os.getpid()
        self._target = target
        self._tracer = _tracer(tasks_apart=tasks_apart)
        self._names = Names()

    def start(self) -> None:
        self._names.start()
        self._tracer.start()

    def drop(self) -> None:
        """Stop and write nothing."""
        self._tracer.stop()
        self._names.stop()
        self._tracer.clear()

    def stop(self) -> None:
        """Stop and write; a second call, or one in a forked copy, does nothing."""
        global _current  # noqa: PLW0603 - as in `watch`
        if _current is not self or self.pid != os.getpid():
            return
        _current = None
        self._tracer.stop()
        _write(self._target, self._tracer, self._names.stop())
        self._tracer.clear()


_current: _Recording | None = None


def watch(folder: str, role: str) -> Callable[[], None]:
    """Record this process from now on. A pool worker, which nobody stops, writes its file when it exits.

    Raises ImportError where VizTracer can't load: not installed, or in a subinterpreter.
    """
    global _current  # noqa: PLW0603 - a recording belongs to the process, like VizTracer's own
    if _current is not None:
        if _current.pid == os.getpid():
            raise RuntimeError("this process is being recorded already; stop that recording first")
        _current.drop()  # a forked worker inherits its parent's
    target = Path(folder) / f"{role}-{os.getpid()}.json"
    recording = _Recording(target, tasks_apart=role == PROGRAM)
    if multiprocessing.parent_process() is not None:
        Finalize(None, recording.stop, exitpriority=100)
    _current = recording
    recording.start()
    return recording.stop


def _tracer(*, tasks_apart: bool) -> Any:
    try:
        from viztracer import VizTracer  # noqa: PLC0415 - a lane without VizTracer imports this file too
    except ImportError as error:
        raise ImportError(f"VizTracer can't record this interpreter: {error}") from error
    pid = os.getpid()
    if pid not in _tracers:
        _tracers[pid] = VizTracer(
            tracer_entries=ENTRIES,
            min_duration=SHORTEST_US,
            verbose=0,
            file_info=False,
            dump_raw=True,  # written from C: 0.3 us an event, where the detour over objects costs 5
            sanitize_function_name=True,
            register_global=True,
            log_async=tasks_apart,
        )
    return _tracers[pid]


def _write(target: Path, tracer: Any, names: dict[int, str]) -> None:
    """Put both files in place whole; the events last, so that a reader who finds them finds the rest."""
    target.parent.mkdir(parents=True, exist_ok=True)
    about = {"conclab_threads": names, "conclab_probe": {"shortest_us": SHORTEST_US}}
    with whole(target.with_suffix(ABOUT)) as partial:
        partial.write_text(json.dumps(about), encoding="utf-8")
    with whole(target) as partial:
        tracer.save(str(partial), verbose=0)


PROBE = Probe(watch=watch, requires="viztracer")
