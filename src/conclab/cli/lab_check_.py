"""`conclab lab check [NAME]`: the visible tests, and of a race the interleaving."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

import click

from conclab.cli import complain, styled
from conclab.errors import BadRequestError, ConclabError

if TYPE_CHECKING:
    from conclab.classroom.check import Answer, Checked
    from conclab.classroom.desk import Desk

KEYS = "watching: save, and it is checked again. Enter: check now, h Enter: hint, q Enter or Ctrl-C: quit"
QUIT, HINT = {"q", "quit", "exit"}, {"h", "hint"}


@click.command("check")
@click.argument("name", metavar="[NAME|DIR]", required=False)
@click.option("--watch", is_flag=True, help="Check again whenever a file is saved.")
@click.option(
    "--replay", "code", metavar="CODE", default="", help="Run one test in one order, as a check named it."
)
@click.option(
    "--html",
    "page",
    type=click.Path(path_type=Path, dir_okay=False),
    metavar="PAGE",
    help="Where the page of the first failure goes.  [default: steps/ in the lab's folder]",
)
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document and nothing else.")
def command(name: str | None, code: str, page: Path | None, *, watch: bool, as_json: bool) -> int:
    """Run the visible tests of a lab that is started.

    A race is found in every run, not now and then: the tests try the orders of the steps. The one that fails
    is shown in columns and as a page to step through. Exit code 0: all passed; 1: not all; 2: the request
    was wrong.
    """
    from conclab.classroom import desk

    if watch and (code or as_json):
        raise BadRequestError("--watch goes with neither --replay nor --json")
    found = desk.find(name)
    if watch:
        return _watch(found, page)
    return _check(found, page, code=code, as_json=as_json)


def _check(desk: Desk, page: Path | None, *, code: str = "", as_json: bool = False) -> int:
    import sys

    from rich.console import Console

    from conclab.classroom.check import check
    from conclab.cli.progress import doing

    with doing(Console(file=sys.stderr), "checking", quiet=as_json):
        checked = check(desk, replay=code, page=page)
    if as_json:
        click.echo(json.dumps(_document(desk, checked), indent=1))
    else:
        _show(desk, checked, replayed=bool(code))
    if page is not None and not any(one.page for one in checked.answers):
        click.echo(f"{page} is not written: there is no failure to step through", err=True)
    return 0 if checked.all_passed else 1


def _watch(desk: Desk, page: Path | None) -> int:
    """Until q, which ends it with the last answer, or Ctrl-C."""
    from conclab.classroom.watching import Keyboard, stamp, wait

    files = [desk.folder / name for name in desk.lab.lab.files]
    files += [desk.folder / "lab.toml", *sorted(desk.folder.glob("tests/visible/**/*.py"))]
    hear, typed, answer = Keyboard(), "", 1
    while typed not in QUIT:
        before = stamp(files)
        try:
            if typed in HINT:
                from conclab.classroom.desk import hint

                click.echo("hint {}: {}".format(*hint(desk)))
            else:
                answer = _check(desk, page)
        except ConclabError as error:  # a file in the middle of a save is no reason to stop
            answer = complain(str(error), error.exit_code)
        click.echo(styled(KEYS, dim=True), err=True)
        typed = wait(before, lambda: stamp(files), hear)
    return answer


def _show(desk: Desk, checked: Checked, *, replayed: bool) -> None:
    click.echo(f"{styled(desk.lab.lab.id, bold=True)}: {desk.lab.lab.title}")
    for one in checked.answers:
        _show_one(desk, one)
    click.echo()
    if replayed:
        click.echo("in this order it passes" if checked.all_passed else "in this order it fails")
        return
    count, worth = len(checked.answers), sum(one.case.points for one in checked.answers)
    waiting = f"{desk.hidden} hidden {'one waits' if desk.hidden == 1 else 'ones wait'}"
    behind = (
        f"{waiting}, worth {_points(desk.lab.points - worth)}" if desk.hidden else "there are no hidden ones"
    )
    if checked.all_passed:
        click.echo(styled(f"all visible tests passed, {_points(checked.points)}; {behind}", fg="green"))
        click.echo(f"hand it in: {desk.command('submit')}", err=True)
        return
    passed = f"{len(checked.passed)} of {count} visible tests passed, {checked.points:g} of {_points(worth)}"
    click.echo(styled(f"{passed}; {behind}", fg="red"))
    left = len(desk.lab.hints) - desk.progress.hints
    if left > 0:
        click.echo(f"stuck? {desk.command('hint')} ({left} left)", err=True)


def _show_one(desk: Desk, one: Answer) -> None:
    from conclab.classroom.model import Mark

    mark = {
        Mark.PASSED: styled("passed", fg="green"),
        Mark.FAILED: styled("FAILED", fg="red", bold=True),
        Mark.BROKEN: styled("BROKEN", fg="yellow", bold=True),
    }[one.mark]
    task = f", step {one.case.task}" if one.case.task else ""
    click.echo(f"  {mark}  {one.case.title} ({_points(one.case.points)}{task})")
    if one.mark is Mark.PASSED:
        return
    for text in (one.words, one.detail):
        for line in text.splitlines():
            click.echo(f"          {line}")
    if one.columns:
        click.echo("\n" + "\n".join(f"    {line}".rstrip() for line in one.columns.splitlines()) + "\n")
    if one.page:
        click.echo(f"          step through it: {one.page}")
    if one.columns and one.code:
        click.echo(f"          replay it: {desk.command('check', '--replay', one.code)}")


def _points(number: float) -> str:
    return f"{number:g} point{'' if number == 1 else 's'}"


def _document(desk: Desk, checked: Checked) -> dict[str, object]:
    return {
        "lab": desk.lab.lab.id,
        "all_visible_passed": checked.all_passed,
        "points": checked.points,
        "hidden": desk.hidden,
        "cases": [
            {
                "id": one.case.id,
                "title": one.case.title,
                "points": one.case.points,
                "mark": one.mark.value,
                "words": one.words,
                "detail": one.detail,
                "columns": one.columns,
                "replay": one.code,
                "page": str(one.page) if one.page else None,
            }
            for one in checked.answers
        ],
    }
