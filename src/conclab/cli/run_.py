"""`conclab run NAME`: measure, trace, plot, save."""

from __future__ import annotations

import json
import math
import time
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from conclab.cli.request import gil_option, guesses, interpreters, recording, view
from conclab.discovery import load, names
from conclab.errors import BadRequestError, ConclabError, InterruptedRunError
from conclab.model import Experiment

if TYPE_CHECKING:
    from contextlib import AbstractContextManager

    from rich.console import Console

    from conclab.harness.session import Session

SAVE_EVERY_S = 1.0


def finite(ctx: click.Context, param: click.Parameter, value: float) -> float:
    """Refuse inf and nan: the run must be able to end, and JSON has no word for them."""
    if not math.isfinite(value):
        raise click.BadParameter("give a number of seconds", ctx=ctx, param=param)
    return value


def _complete(ctx: click.Context, param: click.Parameter, incomplete: str) -> list[str]:  # noqa: ARG001
    return [name for name in names("conclab.experiments") if name.startswith(incomplete)]


@click.command("run")
@click.argument("name", shell_complete=_complete)
@click.option(
    "--workers", type=click.IntRange(1, 256), help="Workers, or tasks in flight.  [default: by experiment]"
)
@click.option(
    "--budget",
    type=click.FloatRange(0, min_open=True),
    callback=finite,
    default=10.0,
    show_default=True,
    metavar="SECONDS",
    help="Time for measuring.",
)
@click.option(
    "--python", "pythons", multiple=True, metavar="INTERP", help="3.14, 3.13t or a path. Repeatable."
)
@click.option("--only", metavar="VARIANT,...", help="These variants and what they are compared with.")
@click.option("--predict", is_flag=True, help="Write down your own guess first.")
@click.option("--seed", type=click.IntRange(0), help="Seed of the random order.  [default: at random]")
@click.option("--out", default="results", show_default=True, metavar="DIR", help="Where runs are kept.")
@click.option(
    "--timeout",
    type=click.FloatRange(0, min_open=True),
    callback=finite,
    default=20.0,
    show_default=True,
    metavar="SECONDS",
    help="Give a variant up when one trial takes longer.",
)
@click.option("--no-trace", is_flag=True, help="Leave the observed passes out.")
@gil_option
@click.option("--open", "open_after", is_flag=True, help="Open the trace in the browser afterwards.")
@click.option("--json", "as_json", is_flag=True, help="Print run.json on stdout and nothing else.")
@click.option("--quiet", is_flag=True, help="No progress and no table.")
def command(name: str, **options: Any) -> int:
    """Answer the question of experiment NAME on this machine.

    conclab list shows the names.
    """
    from rich.console import Console

    experiment = load("conclab.experiments", name, Experiment)
    if options["as_json"] and options["open_after"]:
        raise BadRequestError(
            "--json prints one document and ends; --open stays. Use conclab open afterwards"
        )
    return Run(name, experiment, options, Console(stderr=True)).execute()


class Run:
    """One call of the command, from the request to the files."""

    def __init__(self, name: str, experiment: Experiment, options: dict[str, Any], messages: Console) -> None:
        from conclab.results.folder import RunFolder

        self.options = options
        self.messages = messages
        self.interpreters = interpreters(options["pythons"])
        self.recording = recording(name, experiment, options, list(self.interpreters))
        if options["predict"]:
            self.recording.guesses = guesses(self.recording)
        self.folder = RunFolder(Path(options["out"]), name)
        self.document: dict[str, Any] = {}
        self._saved = 0.0

    def execute(self) -> int:
        """Measure, then make the pictures; an interruption keeps what was measured."""
        from conclab.harness.session import Session

        session = Session(self.recording, self.interpreters, patience_s=self.options["timeout"])
        try:
            self.folder.make()
            self._measure(session)
            self._illustrate(session)
        except KeyboardInterrupt:
            raise self._interrupted() from None
        except OSError as error:
            raise self._unsaved(error) from error
        except BaseException:
            self.folder.interrupt(keep=bool(self.recording.blocks))
            raise
        self._print(self.folder.finish())
        if self.options["open_after"]:
            self._open()
        return 0 if self.recording.complete else 1

    def _measure(self, session: Session) -> None:
        from conclab.cli.progress import progress
        from conclab.harness.machine import load as machine_load

        record = self.recording
        with progress(self.messages, record.budget_s, quiet=self._silent()) as tell:
            for step in session.measure():
                tell(f"{step.doing}{f', block {step.blocks}' if step.blocks else ''}", step.spent_s)
                if step.blocks and time.monotonic() - self._saved > SAVE_EVERY_S:
                    self._save()
        record.environment["load_after"] = machine_load()
        self._save()

    def _save(self) -> None:
        self.document = view(self.recording, self.folder)
        self.folder.save(self.document)
        self._saved = time.monotonic()

    def _illustrate(self, session: Session) -> None:
        from conclab.pictures.speedup import draw
        from conclab.report.page import write

        with self._doing("drawing"):
            draw(self.document, self.folder.path)
        # A search is many short runs, and an exploration decides every switch itself: nothing to see there.
        searching = any(variant.approach for variant in self.recording.lineup)
        if not self.options["no_trace"] and not searching:
            self._trace(session)
        self.folder.save(self.document)
        with self._doing("writing the page"):
            write(self.document, self.folder.path)

    def _trace(self, session: Session) -> None:
        from conclab.cli.observed import Observer
        from conclab.gil.record import Wish
        from conclab.pictures.timeline import draw

        observer = Observer(session, Wish(self.options["gil"]), self._doing)
        self.document["trace"] = observer.observe(self.folder.path)
        self.document["cautions"] += observer.cautions
        with self._doing("drawing"):
            draw(self.document, self.folder.path)

    def _print(self, path: Path) -> None:
        from conclab.cli.table import printer, show

        if self.options["as_json"]:
            click.echo(json.dumps(self.document, indent=1))
        elif not self.options["quiet"]:
            console = printer()
            show(self.document, console)
            console.print(f"\n{path}/", style="dim", highlight=False, soft_wrap=True)
            for file in sorted(path.iterdir()):
                console.print(f"  {file.name}", style="dim", highlight=False)
            if self.document["trace"]:
                console.print("see the trace: conclab open trace", style="dim", highlight=False)

    def _open(self) -> None:
        from conclab.cli.open_ import show

        show(self.folder.path, "trace" if self.document["trace"] else "picture")

    def _interrupted(self) -> ConclabError:
        self.recording.stopped = "interrupted"
        self.recording.complete = False
        kept: Path | None = None
        with suppress(OSError):
            if self.recording.blocks:
                self._save()
            kept = self.folder.interrupt(keep=bool(self.recording.blocks))
        where = f"; {len(self.recording.blocks)} finished blocks are kept in {kept}" if kept else ""
        return InterruptedRunError(f"interrupted{where}")

    def _unsaved(self, error: OSError) -> ConclabError:
        """A full disk: say where the last whole state is, if there is one, and print what was measured."""
        whole = (self.folder.path / "run.json").exists()
        kept: Path | None = None
        with suppress(OSError):
            kept = self.folder.interrupt(keep=whole)
        if self.recording.blocks and not self._silent():
            from conclab.cli.table import printer, show

            self.document = view(self.recording, self.folder)
            show(self.document, printer())
        where = f"; the last whole state is kept in {kept}" if kept else ""
        what = f"write {error.filename}" if error.filename else f"save the run in {self.options['out']}"
        return ConclabError(f"can't {what}: {error.strerror}{where}")

    def _silent(self) -> bool:
        return bool(self.options["quiet"] or self.options["as_json"])

    def _doing(self, what: str) -> AbstractContextManager[None]:
        from conclab.cli.progress import doing

        return doing(self.messages, what, quiet=self._silent())
