"""`conclab lab list`: labs with their points, and how far the student is."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

import click

from conclab.cli import styled

if TYPE_CHECKING:
    from conclab.classroom.desk import Desk


@click.command("list")
@click.option("--labs", "root", metavar="DIR", help="Folder of labs.  [default: ./labs, or those of conclab]")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document and nothing else.")
def command(root: str | None, *, as_json: bool) -> None:
    """List the labs in the order of a course, with what passed of those that are started here."""
    from conclab.classroom import course, desk
    from conclab.classroom.labs import about, labs

    desks = {one.lab.lab.id: one for one in desk.started(Path())}
    rows = [about(folder) for folder in labs(course.root(root))]
    known = {one.id for one in rows}
    rows += [about(one.folder) for name, one in desks.items() if name not in known]
    if as_json:
        told = [
            {"id": one.id, "title": one.title, "points": one.points} | _facts(desks.get(one.id))
            for one in rows
        ]
        click.echo(json.dumps(told, indent=1))
        return
    width, longest = (
        max(map(len, texts)) for texts in ([one.id for one in rows], [one.title for one in rows])
    )
    for one in rows:
        line = f"{styled(one.id.ljust(width), bold=True)}  {one.points:>4g} points  {one.title:<{longest}}"
        click.echo(f"{line}  {_progress(desks.get(one.id))}".rstrip())


def _progress(desk: Desk | None) -> str:
    if desk is None:
        return ""
    progress, visible = desk.progress, desk.visible
    passed = f"{len(progress.passed)} of {visible} visible tests, {progress.points:g} points so far"
    return styled(passed, fg="green" if len(progress.passed) == visible else "yellow")


def _facts(desk: Desk | None) -> dict[str, object]:
    if desk is None:
        return {"started": None}
    progress = desk.progress
    return {
        "started": desk.shown or ".",
        "visible": desk.visible,
        "passed": list(progress.passed),
        "points_so_far": progress.points,
        "hints": progress.hints,
        "hidden": desk.hidden,
    }
