"""`conclab trace -- COMMAND`: the same timeline for a person's own program."""

from __future__ import annotations

import math
import signal
import sys
import time
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from conclab.cli import STOPPING
from conclab.cli.request import gil_option
from conclab.errors import BadRequestError, ConclabError, InterruptedRunError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from contextlib import AbstractContextManager
    from subprocess import Popen

    from rich.console import Console

    from conclab.results.folder import RunFolder

TRACE = "trace.json.gz"


class Verbatim(click.Command):
    """What follows `-m MODULE` belongs to the module, as it does with `python -m`."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Put a `--` behind the module's name, unless a command came before it."""
        place = self._behind_module(args)
        if place is not None:
            rest = args[place + 1 :] if args[place : place + 1] == ["--"] else args[place:]
            args = [*args[:place], "--", *rest]
        return super().parse_args(ctx, args)

    def _behind_module(self, args: list[str]) -> int | None:
        """Find the place behind `-m MODULE`, if that is among our own options."""
        options = [one for one in self.params if isinstance(one, click.Option) and not one.is_flag]
        takes_value = {word for option in options for word in option.opts}
        place = 0
        while place < len(args) and args[place].startswith("-") and args[place] not in {"-", "--"}:
            word = args[place]
            place += 2 if word in takes_value else 1
            if word.startswith("-m"):  # -m MODULE or -mMODULE
                return place if place <= len(args) else None
        return None


@click.command("trace", cls=Verbatim, context_settings={"allow_interspersed_args": False})
@click.option("-m", "module", metavar="MODULE", help="Run a module, as python -m does.")
@click.option("--out", default="results", show_default=True, metavar="DIR", help="Where traces are kept.")
@gil_option
@click.option(
    "--no-calls", is_flag=True, help="Leave the calls to a profiler or debugger in the program itself."
)
@click.option("--open", "open_after", is_flag=True, help="Open the trace in the browser afterwards.")
@click.option("--quiet", is_flag=True, help="Print nothing of our own.")
@click.argument("words", nargs=-1, type=click.UNPROCESSED, metavar="-- COMMAND ...")
def command(module: str | None, words: tuple[str, ...], **options: Any) -> int:
    """Run a program and keep its timeline: calls, threads, processes, and who held the GIL.

    \b
    conclab trace -- python script.py argument
    conclab trace -m package.module argument

    Its Python processes are observed, those that it starts itself included. Calls are recorded where
    VizTracer is installed for the interpreter that runs it. Recording slows a program down: what is
    seen here is when and why, not how fast.
    """
    from rich.console import Console

    argv = [sys.executable, "-m", module, *words] if module else list(words)
    if not argv:
        raise BadRequestError("say what to run, for example: conclab trace -- python script.py")
    if not module and Path(argv[0]).suffix == ".py":
        argv = [sys.executable, *argv]
    name = module or next(
        (Path(word).name for word in argv if Path(word).suffix == ".py"), Path(argv[0]).name
    )
    return Trace(name, argv, options, Console(stderr=True)).execute()


class Trace:
    """One call of the command."""

    def __init__(self, name: str, argv: list[str], options: dict[str, Any], messages: Console) -> None:
        from conclab.results.folder import RunFolder

        self.name = name
        self.argv = argv
        self.options = options
        self.messages = messages
        self._told = False
        self._left = 0
        self.folder: RunFolder = RunFolder(Path(options["out"]), "trace")

    def execute(self) -> int:
        """Run the program, then make the trace of whatever was seen of it, however it ended."""
        from conclab.harness.session import scratch

        self.folder.make()
        try:
            with scratch("trace") as folder:
                code = self._run(folder)
                with self._doing("making the trace"):
                    document = self._trace(folder, code)
        except OSError as error:
            self.folder.interrupt(keep=False)
            raise ConclabError(f"can't {self._failed(error)}: {error.strerror or error}") from error
        except BaseException:
            self.folder.interrupt(keep=False)
            raise
        self._print(document, self.folder.finish())
        if code < 0:
            self._say(f"the program was killed by {_signal(-code)}; this is what was seen of it")
        elif code:
            self._say(f"the program ended with exit code {code}")
        if self.options["open_after"]:
            from conclab.cli.open_ import show

            show(self.folder.path, "trace")
        return 1 if code else 0

    def _run(self, scratch: Path) -> int:
        from conclab.cli.observed import build
        from conclab.gil.ready import ready
        from conclab.gil.record import NO_CALLS, Wish
        from conclab.harness.follow import started, still_running

        wish = Wish(self.options["gil"])
        build(wish, self._doing)
        settings = ready(scratch, wish) | ({NO_CALLS: "1"} if self.options["no_calls"] else {})
        with started(self.argv, scratch, settings=settings) as process:
            self.pid = process.pid
            with _passing_on(process):
                code = self._wait(process)
        self.ended_ns = time.monotonic_ns()
        self._left = still_running(scratch)
        return code

    def _wait(self, process: Popen[bytes]) -> int:
        """Ctrl-C reaches the program, too: it ends in its own way, and what was seen of it is kept."""
        while True:
            try:
                return process.wait()
            except KeyboardInterrupt:
                if self._told:
                    process.kill()
                self._told = True
                self._say("waiting for the program to end; Ctrl-C once more kills it")

    def _trace(self, scratch: Path, code: int) -> dict[str, Any]:
        from conclab.cli import INTERRUPTED
        from conclab.gil.record import NAMED, observations
        from conclab.pictures.timeline import draw
        from conclab.tracing.calls import read
        from conclab.tracing.groups import Pass
        from conclab.tracing.merge import merge, save
        from conclab.tracing.summary import summarise

        seen, unreadable = observations(scratch, ended_ns={self.pid: self.ended_ns})
        recordings, broken = read(scratch)
        pids = {one.pid for one in seen} | {one.pid for one in recordings}
        if not pids:
            if code in {-signal.SIGINT, INTERRUPTED}:
                raise InterruptedRunError("interrupted before anything was recorded")
            raise ConclabError(self._nothing(code))
        first = min(seen, key=lambda one: one.start_ns or math.inf, default=None)
        main = self.pid if self.pid in pids or first is None else first.pid
        names = {int(file.stem): file.read_text(encoding="utf-8") for file in scratch.glob(NAMED)}
        one = Pass("", main, (), scratch, tuple(seen), names)
        save(merge(self.name, [one]), self.folder.path / TRACE)
        missing = [f"{bad.file}: {bad.why}" for bad in unreadable]
        missing += [f"{bad.file}: {bad.why}" for bad in broken]
        document = _document(self.name, " ".join(self.argv), summarise(one, recordings), missing)
        if self._left:
            document["cautions"].append(_outlived(self._left))
        draw(document, self.folder.path)
        return document

    def _nothing(self, code: int) -> str:
        if code < 0:
            return f"nothing was recorded: {self.argv[0]} was killed by {_signal(-code)} before that"
        ended = f" (it ended with exit code {code})" if code else ""
        return (
            f"nothing was recorded{ended}: {self.argv[0]} started no Python 3.11 or newer, "
            "or one that ignores its environment (-I, -E, -S)"
        )

    def _failed(self, error: OSError) -> str:
        """Name the file, unless it is one of the trace's own: it may as well be a temporary one."""
        name = str(error.filename or "")
        ours = not name or Path(name).is_relative_to(self.folder.path)
        return f"save the trace in {self.options['out']}" if ours else f"write {name}"

    def _doing(self, what: str) -> AbstractContextManager[None]:
        from conclab.cli.progress import doing

        return doing(self.messages, what, quiet=self.options["quiet"])

    def _print(self, document: dict[str, Any], path: Path) -> None:
        from conclab.cli.gil_table import show
        from conclab.cli.table import printer

        if self.options["quiet"]:
            return
        console = printer()
        show(document, console)
        for caution in document["cautions"]:
            self._say(caution)
        console.print(f"\n{path}/", style="dim", highlight=False, soft_wrap=True)
        console.print(f"see it: conclab open {path}", style="dim", highlight=False, soft_wrap=True)

    def _say(self, text: str) -> None:
        click.echo(f"conclab: {text}", err=True)


@contextmanager
def _passing_on(process: Popen[bytes]) -> Iterator[None]:
    """A request to end is sent to us alone, unlike a terminal's Ctrl-C: it is the program's to answer."""

    def pass_on(number: int, _: object) -> None:
        process.send_signal(number)

    before = {number: signal.signal(number, pass_on) for number in STOPPING}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _signal(number: int) -> str:
    try:
        return signal.Signals(number).name
    except ValueError:  # most of the real-time signals have no names
        return f"signal {number}"


def _outlived(left: int) -> str:
    who = "1 process of the program was" if left == 1 else f"{left} processes of the program were"
    return f"{who} still running; what {'it' if left == 1 else 'they'} did later is not in the trace"


def _document(name: str, line: str, summary: dict[str, Any], missing: list[str]) -> dict[str, Any]:
    """As much of a run as the pictures and tables of the GIL want to see."""
    return {
        "question": line if len(line) < 90 else f"{line[:87]}...",  # noqa: PLR2004 - one line of a title
        "experiment": name,
        "variants": [{"name": name, "error": None}],
        "left_out": [],
        "cautions": [f"a record can't be read: {each}" for each in missing],
        "trace": {"file": TRACE, "overhead": {}, "gil": {name: summary}},
    }
