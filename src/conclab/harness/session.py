"""Everything that one measurement needs around it: a scratch folder, the loopback server, the lanes.

Whatever happens inside, all of it is gone afterwards.
"""

from __future__ import annotations

import os
import shutil
import tempfile
import time
from contextlib import ExitStack, contextmanager
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from conclab.discovery import load
from conclab.errors import BadRequestError, LaneError
from conclab.gil.ready import ready
from conclab.gil.record import Wish
from conclab.harness.conduct import Conductor, Step
from conclab.harness.lanes import Lanes
from conclab.harness.launch import launch
from conclab.harness.machine import usable_cores
from conclab.loopback import serving
from conclab.model import Span, Variant, Workload

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from conclab.harness.interpreters import Interpreter
    from conclab.harness.launch import Launcher
    from conclab.record import Recording

GIL_PROBE = "gil"
CALLS_PROBE = "viztracer"  # started after the other, and stopped before it
SCRATCH = "conclab-"  # then the pid of the run that made the folder, so that others can tell when it is over


class Session:
    """One recording's processes and files."""

    def __init__(
        self,
        recording: Recording,
        interpreters: dict[str, Interpreter],
        *,
        patience_s: float,
        launch: Launcher = launch,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.recording = recording
        self._interpreters = interpreters
        self._patience_s = patience_s
        self._launch = launch
        self._clock = clock

    def measure(self) -> Iterator[Step]:
        """Run all blocks, step by step, into the recording."""
        record = self.recording
        record.environment["cores_usable"] = cores = usable_cores()
        with self._lanes(record.lineup) as lanes:
            yield from Conductor(record, lanes, cores=cores, clock=self._clock).measure()
        record.complete = not record.errors

    def trace(
        self, variant: Variant, folder: Path, *, calls: bool, wish: Wish = Wish.AUTO, batches: int = 1
    ) -> tuple[int, tuple[Span, ...]]:
        """Observe a variant in a lane of its own; returns the lane's pid and the tasks' spans.

        The GIL is observed in any case; with `calls` the function calls, too, where the interpreter has
        the probe for it, which slows the work down. The batch runs `batches` times, one after the other.
        Raises LaneError.
        """
        calibration = self.recording.calibrations.get(variant.workload)
        if calibration is None:
            raise LaneError("its task could not be calibrated")
        facts = self.recording.interpreters[variant.interpreter]
        folder.mkdir()
        settings = ready(folder, wish)
        request = {
            "strategy": variant.strategy,
            "workload": variant.workload,
            "workers": variant.workers,
            "switch_interval_s": variant.switch_interval_s,
            "size": calibration.size,
            "tasks": calibration.tasks,
            "batches": batches,
            "folder": str(folder),
            "probes": [GIL_PROBE, *([CALLS_PROBE] if calls and CALLS_PROBE in facts.modules else [])],
        }
        with self._lanes([variant], settings) as lanes:
            pid = lanes.pid(variant)
            answer = lanes.trace(variant, request)
        return pid, tuple(Span(**span) for span in answer["spans"])

    @contextmanager
    def _lanes(self, lineup: list[Variant], settings: dict[str, str] | None = None) -> Iterator[Lanes]:
        with ExitStack() as stack:
            folder = stack.enter_context(scratch())
            needed = any(
                load("conclab.workloads", variant.workload, Workload).needs_server for variant in lineup
            )
            server = stack.enter_context(serving()) if needed else ""
            yield stack.enter_context(
                Lanes(
                    self._interpreters,
                    partial(self._launch, settings=settings) if settings else self._launch,
                    folder,
                    server=server,
                    patience_s=self._patience_s,
                )
            )


@contextmanager
def scratch(what: str = "") -> Iterator[Path]:
    """Make a folder for the processes that one measurement starts; `what` goes into its name.

    Raises BadRequestError if no process could be told of it.
    """
    place = tempfile.gettempdir()
    if os.pathsep in place:  # PYTHONPATH will name what is in it
        raise BadRequestError(f"a {os.pathsep!r} in the folder for temporary files; set TMPDIR to another")
    sweep(Path(place))
    prefix = f"{SCRATCH}{os.getpid()}-{what and f'{what}-'}"
    with TemporaryDirectory(prefix=prefix, ignore_cleanup_errors=True) as folder:
        yield Path(folder)


def sweep(folder: Path) -> None:
    """Remove the scratch folders of runs that were killed and could not do it themselves."""
    import psutil  # noqa: PLC0415 - 50 ms that only a run needs

    for left in folder.glob(f"{SCRATCH}[0-9]*-*"):
        pid = left.name.removeprefix(SCRATCH).split("-", 1)[0]
        if pid.isdigit() and not psutil.pid_exists(int(pid)):
            shutil.rmtree(left, ignore_errors=True)
