"""`conclab lab list`: labs with their points."""

from __future__ import annotations

import json
from pathlib import Path

import click

from conclab.cli import styled
from conclab.errors import BadRequestError


@click.command("list")
@click.option("--labs", "root", default="labs", show_default=True, help="Folder of labs.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document and nothing else.")
def command(root: str, *, as_json: bool) -> None:
    """List the labs of a folder, in the order of a course."""
    from conclab.classroom.labs import about, labs

    folders = labs(Path(root))
    if not folders:
        raise BadRequestError(f"there is no lab in {root!r}: name a folder of labs with --labs")
    rows = [about(folder) for folder in folders]
    if as_json:
        click.echo(
            json.dumps([{"id": one.id, "title": one.title, "points": one.points} for one in rows], indent=1)
        )
        return
    width = max(len(one.id) for one in rows)
    for one in rows:
        click.echo(f"{styled(one.id.ljust(width), bold=True)}  {one.points:>4g} points  {one.title}")
