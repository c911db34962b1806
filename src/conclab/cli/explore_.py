"""`conclab explore file.py[:scenario]`: find the schedule that fails, replay it, explain it."""

from __future__ import annotations

import json
import math
import os
import shutil
import sys
from contextlib import contextmanager, redirect_stderr, redirect_stdout
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from conclab.cli import styled
from conclab.discovery import names
from conclab.errors import BadRequestError, ConclabError
from conclab.explore.outcome import Verdict

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from conclab.explore.result import Result
    from conclab.explore.search import Wish
    from conclab.explore.target import File

POLICIES = "conclab.explore.policies"
UNBOUNDED = "any"


def bound(ctx: click.Context, param: click.Parameter, value: str) -> int | None:
    """Read a number of preemptions, or `any`, which is no bound."""
    if value == UNBOUNDED:
        return None
    if not value.isdecimal():
        raise click.BadParameter(
            f"{value!r} is no number of preemptions; write 0, 1, 2, ... or {UNBOUNDED}", ctx=ctx, param=param
        )
    return int(value)


@click.command("explore")
@click.argument("target", metavar="TARGET")
@click.option(
    "--policy",
    type=click.Choice(names(POLICIES)),
    default="default",
    show_default=True,
    help="How to search; default takes all of them in turn.",
)
@click.option(
    "--preemptions",
    callback=bound,
    metavar="N",
    default="2",
    show_default=True,
    help=f"The most switches away from a thread that could go on; or {UNBOUNDED}.",
)
@click.option(
    "--budget",
    type=click.IntRange(1),
    default=10_000,
    show_default=True,
    metavar="N",
    help="Schedules to try.",
)
@click.option(
    "--timeout",
    type=click.FloatRange(0, min_open=True),
    metavar="SECONDS",
    help="Stop looking after that long.  [default: when the budget is spent]",
)
@click.option("--seed", type=click.IntRange(0), default=0, show_default=True, help="Seed of what is random.")
@click.option(
    "--replay", "code", metavar="CODE", help="Execute one schedule again, as an earlier answer names it."
)
@click.option("--html", "page", metavar="PAGE", help="Write the answer as a page to step through.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document on stdout and nothing else.")
@click.option(
    "--strict", is_flag=True, help="Exit code 1 unless all schedules were tried: a sample is not enough."
)
@click.option("--quiet", is_flag=True, help="Print nothing; the exit code tells.")
def command(target: str, code: str | None, page: str | None, **options: Any) -> int:
    """Search the schedules of a program for one that fails.

    A scenario is a function without parameters, or a coroutine function: it makes its objects, runs its
    threads or tasks to their end, and asserts what must hold. TARGET is FILE.py, FILE.py:SCENARIO or
    PACKAGE.MODULE:SCENARIO. Without :SCENARIO, all functions are explored
    whose names begin with scenario or test_.

    \b
    conclab explore counter.py:scenario
    conclab explore counter.py --preemptions any --html counter.html

    Exit code 0: every schedule up to the bound was tried and none fails ("holds"); or a sample was tried and
    none of it fails ("unclear"), unless --strict. 1: one fails, or something can't be controlled, or with
    --strict not all were tried. 2: the request was wrong.
    """
    from conclab.explore.search import Wish
    from conclab.explore.target import parse

    if options["timeout"] is not None and not math.isfinite(options["timeout"]):
        raise BadRequestError("--timeout takes a number of seconds")
    file, name = parse(target)
    scenarios = [name] if name else _scenarios(file)
    if len(scenarios) > 1 and (code or options["as_json"] or page):
        raise BadRequestError(f"say which scenario: {file.shown}:{' or :'.join(scenarios)}")
    wish = Wish(
        policy=options["policy"],
        preemptions=options["preemptions"],
        budget=options["budget"],
        seed=options["seed"],
        timeout_s=options["timeout"],
    )
    named = len(scenarios) > 1
    return max(Exploration(file, each, wish, options, named=named).answer(code, page) for each in scenarios)


def _scenarios(file: File) -> Sequence[str]:
    found = file.scenarios()
    if not found:
        there = ", ".join(file.names()) or "none"
        raise BadRequestError(
            f"{file.path.name} has no function whose name begins with scenario or test_; "
            f"name one: {file.path.name}:NAME (there are: {there})"
        )
    return found


class Exploration:
    """One scenario, from the request to what is shown."""

    def __init__(self, file: File, name: str, wish: Wish, options: dict[str, Any], *, named: bool) -> None:
        self.target = file.target(name)
        self.wish = wish
        self.silent = options["quiet"] or options["as_json"]
        self.as_json = options["as_json"]
        self.strict = options["strict"]
        self.named = named  # one of several: say which

    def answer(self, code: str | None, page: str | None) -> int:
        """Explore or replay, show it, and return the exit code."""
        from conclab.explore.search import Search

        with self._progress() as tell, program_unheard():
            search = Search(self.target, self.wish, tell)
            result = search.explore() if code is None else search.replay(code)
        if page is not None:
            self._write(result, Path(page))
        self._print(result)
        if page is not None and not self.silent:
            click.echo(f"step through it: {page}", err=True)
        if result.verdict is Verdict.FAILS or result.not_controlled is not None:
            return 1
        if code is None and self.strict and result.verdict is not Verdict.HOLDS:
            if not self.silent:
                click.echo("strict: a sample is not enough, so the answer is no", err=True)
            return 1
        return 0

    def _progress(self) -> Any:
        from rich.console import Console

        from conclab.cli.progress import counted

        return counted(Console(file=sys.stderr), "schedules", quiet=self.silent)

    def _write(self, result: Result, page: Path) -> None:
        from conclab.report.steps import write

        try:
            write(result.document(), page)
        except OSError as error:
            raise ConclabError(f"can't write {page}: {error.strerror or error}") from None

    def _print(self, result: Result) -> None:
        if self.named and not self.silent:
            click.echo(f"\n{styled(self.target.name, bold=True)}")
        if self.as_json:
            click.echo(json.dumps(result.document(), indent=1))
        elif not self.silent:
            colour = sys.stdout.isatty() and not os.environ.get("NO_COLOR")
            click.echo(result.text(shutil.get_terminal_size((100, 24)).columns, colour=colour), color=colour)


@contextmanager
def program_unheard() -> Iterator[None]:
    """What the program under test prints, in thousands of schedules, is nobody's to read."""
    with (
        Path(os.devnull).open("w", encoding="utf-8") as nowhere,
        redirect_stdout(nowhere),
        redirect_stderr(nowhere),
    ):
        yield
