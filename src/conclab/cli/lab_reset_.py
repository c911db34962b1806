"""`conclab lab reset [NAME]`: back to the starter."""

from __future__ import annotations

import click


@click.command("reset")
@click.argument("name", metavar="[NAME|DIR]", required=False)
def command(name: str | None) -> None:
    """Put the starter in the place of your files. What you wrote is kept beside it."""
    from conclab.classroom import desk

    found = desk.find(name)
    kept = desk.reset(found)
    for file, backup in kept:
        click.echo(f"{file} is the starter again; what you wrote is in {backup}")
    if not kept:
        click.echo(f"{found.folder / found.lab.lab.files[0]} is the starter")
