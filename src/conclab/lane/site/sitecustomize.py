"""Found by the processes of `conclab trace` before any other of its name: observes, then runs the other."""

from __future__ import annotations

import sys
from contextlib import suppress
from importlib.machinery import PathFinder
from importlib.util import module_from_spec
from pathlib import Path


def _observe() -> None:
    if sys.version_info < (3, 11):  # noqa: UP036 - any Python may come by here
        return  # conclab's own files can't be read there; the command says that nothing was recorded
    from conclab.lane.program import begin  # noqa: PLC0415 - not under an older Python

    begin()


def _run_the_other() -> None:
    """Run the sitecustomize that would have been found without this one, if there is one."""
    here = Path(__file__).parent
    found = PathFinder.find_spec(__name__, [place for place in sys.path if Path(place) != here])
    if found is not None and found.loader is not None:
        found.loader.exec_module(module_from_spec(found))


with suppress(Exception):  # whatever keeps us from looking must not keep the program from running
    _observe()
_run_the_other()
