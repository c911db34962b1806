"""`conclab lab new NAME`: an author's folder that says what is missing."""

from __future__ import annotations

from pathlib import Path

import click


@click.command("new")
@click.argument("name", metavar="NAME")
@click.option("--labs", "root", default="labs", show_default=True, metavar="DIR", help="Folder of labs.")
def command(name: str, root: str) -> None:
    """Make the folder of a new lab. What is missing says so; `conclab lab verify` lists it."""
    from conclab.classroom import blank, labs

    folder = blank.write(name, Path(root))
    for file in sorted(path for path in folder.rglob("*") if path.is_file()):
        click.echo(file)
    where = "" if root == "labs" else f" --labs {root}"
    click.echo(f"what is missing: conclab lab verify {labs.about(folder).id}{where}", err=True)
