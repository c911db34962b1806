"""`conclab open [RUN] [report|trace|picture|timeline]`: see a run in the browser, offline."""

from __future__ import annotations

import signal
import sys
import time
import webbrowser
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import click

from conclab.cli import STOPPING
from conclab.errors import BadRequestError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

FILES = {
    "report": "report.html",
    "trace": "trace.json.gz",
    "picture": "speedup.svg",
    "timeline": "timeline.svg",
}
BEAT_S = 0.2  # how long a request to stop may go unheard


@click.command("open")
@click.argument("run", required=False)
@click.argument("what", required=False)
@click.option(
    "--out", default="results", metavar="DIR", show_default=True, help="The folder that holds the runs."
)
@click.option("--no-browser", is_flag=True, help="Print the address and open nothing.")
def command(run: str | None, what: str | None, out: str, *, no_browser: bool) -> None:
    """Open a RUN's report (or trace, picture, timeline) in the browser. Without RUN: the latest.

    RUN may also be the folder that conclab trace made: of that, the trace. Or it is one of these files. A
    trace is served on this machine alone until Ctrl-C.
    """
    if what is None and run in FILES:
        run, what = None, run
    if what is not None and what not in FILES:
        raise BadRequestError(f"a run has no {what!r}; it may have: {', '.join(FILES)}")
    if what is None and run is not None and Path(run).is_file():
        what = next((each for each, name in FILES.items() if name == Path(run).name), None)
    folder = _folder(Path(out), run)
    show(
        folder,
        what or next((each for each in FILES if (folder / FILES[each]).exists()), "report"),
        browse=not no_browser,
    )


def _folder(root: Path, run: str | None) -> Path:
    """Find a run, or the folder of a trace without one."""
    from conclab.results.folder import find

    if run is not None:
        given = Path(run)
        if given.is_file() and given.name in FILES.values():
            return given.parent
        if (given / FILES["trace"]).is_file():
            return given
    return find(root, run)


def show(folder: Path, what: str, *, browse: bool = True) -> None:
    """Open one file of a run. Raises BadRequestError if the run lacks it."""
    file = folder / FILES[what]
    if not file.exists():
        raise BadRequestError(f"the run {folder.name} has no {what}{_why(folder, what)}")
    if what == "trace":
        _serve(file, browse=browse)
    else:
        _go(file.resolve().as_uri(), browse=browse)


def _serve(file: Path, *, browse: bool) -> None:
    """Serve the trace until Ctrl-C. Raises ConclabError if that can't be done."""
    from conclab.tracing.viewer import serve

    with _stopped() as stopped:
        with serve(file) as address:
            _go(address, browse=browse)
            click.echo("Ctrl-C ends it", err=True)
            while not stopped():
                time.sleep(BEAT_S)
        click.echo("", err=True)


@contextmanager
def _stopped() -> Iterator[Callable[[], bool]]:
    """Yield what tells whether somebody asked us to stop; the second request ends us at once.

    Nothing is raised meanwhile: an exception out of a signal's handler, in the middle of a lock's code,
    comes out as another one.
    """
    told: list[int] = []

    def note(number: int, _: object) -> None:
        told.append(number)
        for each in (signal.SIGINT, *STOPPING):
            signal.signal(each, signal.SIG_DFL)

    before = {number: signal.signal(number, note) for number in (signal.SIGINT, *STOPPING)}
    try:
        yield lambda: bool(told)
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _go(address: str, *, browse: bool) -> None:
    """Print the address in any case: a browser may be on another machine, or not there at all."""
    click.echo(address)
    sys.stdout.flush()
    if browse and not webbrowser.open(address):
        click.echo("conclab: no browser found here; open the address above in one", err=True)


def _why(folder: Path, what: str) -> str:
    from conclab.pictures.searches import searching
    from conclab.results.folder import load

    if what not in {"trace", "timeline"}:
        return ""
    if searching(load(folder)):
        return " (it looks for a bug; its report shows a schedule that fails)"
    return " (it was made with --no-trace)" if what == "trace" else ""
