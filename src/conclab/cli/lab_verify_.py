"""`conclab lab verify [NAME...]`: whether labs prove themselves."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from conclab.cli import styled

if TYPE_CHECKING:
    from conclab.classroom.verify import Check


@click.command("verify")
@click.argument("names", nargs=-1)
@click.option("--labs", "root", default="labs", show_default=True, help="Folder of labs.")
@click.option(
    "--times", default=20, show_default=True, type=click.IntRange(min=1), help="Runs of each program."
)
@click.option("--python", default=sys.executable, help="Interpreter that runs the programs.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document and nothing else.")
def command(names: tuple[str, ...], root: str, times: int, python: str, *, as_json: bool) -> int:
    """Check labs: all of them, or those named.

    The solution passes, the starter fails, each known mistake fails by the case that it names, cheats pass
    no hidden case, points add up, and a student's edition holds no secret. Else the exit code is 1.
    Of a lab that is not whole, it names each gap.
    """
    from conclab.classroom.blank import gaps
    from conclab.classroom.labs import labs, load, locate
    from conclab.classroom.verify import verify
    from conclab.sandbox.probing import best_layer

    folders = [locate(Path(root), name) for name in names] or labs(Path(root))
    document: dict[str, list[dict[str, object]]] = {}
    wrong = 0
    for folder in folders:
        missing = gaps(folder)
        if missing:
            document[folder.name] = [{"what": "it is whole", "runs": 1, "problems": list(missing)}]
            wrong += 1
            if not as_json:
                click.echo(styled(folder.name, bold=True))
                for gap in missing:
                    click.echo(f"  {styled('NO ', fg='red', bold=True)} {gap}")
            continue
        lab = load(folder)
        if not as_json:
            click.echo(styled(lab.lab.id, bold=True))
        layer = best_layer(lab.lab.needs)
        checks = verify(lab, times=times, layer=layer, python=python, told=_silent if as_json else _told)
        document[lab.lab.id] = [
            {"what": check.what, "runs": check.runs, "problems": list(check.problems)} for check in checks
        ]
        wrong += sum(bool(check.problems) for check in checks)
    if as_json:
        click.echo(json.dumps(document, indent=1))
    return 1 if wrong else 0


def _told(check: Check) -> None:
    times = f", {check.runs} times" if check.runs > 1 else ""
    mark = styled("NO ", fg="red", bold=True) if check.problems else styled("yes", fg="green")
    click.echo(f"  {mark} {check.what}{times}")
    for problem in check.problems:
        click.echo(f"        {problem}")


def _silent(check: Check) -> None:
    pass
