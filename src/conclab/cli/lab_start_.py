"""`conclab lab start NAME`: a lab's lesson, starter and visible tests, in a folder of its own."""

from __future__ import annotations

import os
from pathlib import Path

import click


@click.command("start")
@click.argument("name", metavar="NAME")
@click.option(
    "--dir",
    "into",
    type=click.Path(path_type=Path, file_okay=False),
    default=".",
    metavar="DIR",
    help="Make the folder NAME in there.  [default: here]",
)
@click.option("--labs", "root", metavar="DIR", help="Folder of labs.  [default: ./labs, or those of conclab]")
def command(name: str, into: Path, root: str | None) -> None:
    """Begin the lab NAME: its student edition goes into ./NAME. A folder that is there is left as it is."""
    from conclab.classroom import course, desk

    begun = desk.start(name, root=course.root(root), into=into)
    files = ", ".join(os.fspath(begun.folder / file) for file in begun.lab.lab.files)
    click.echo(f"{begun.lab.lab.title}: {begun.lab.points:g} points")
    steps = (
        ("read", os.fspath(begun.folder / "lesson.md")),
        ("write", files),
        ("check", begun.command("check")),
        ("or", f"{begun.command('check')} --watch   (whenever you save)"),
        ("stuck?", begun.command("hint")),
    )
    for what, where in steps:
        click.echo(f"  {what:<7} {where}")
