"""`conclab lab hint [NAME]`: one hint more each time."""

from __future__ import annotations

import click


@click.command("hint")
@click.argument("name", metavar="[NAME|DIR]", required=False)
def command(name: str | None) -> None:
    """Show the next hint of a lab that is started; each says a little more than the one before."""
    from conclab.classroom import desk

    found = desk.find(name)
    number, text = desk.hint(found)
    last = len(found.lab.hints)
    click.echo(f"hint {number} of {last}: {text}")
    click.echo("that was the last one" if number == last else f"one more: {found.command('hint')}", err=True)
