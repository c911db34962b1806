"""`conclab lab submit [NAME]`: the zip to hand in."""

from __future__ import annotations

from pathlib import Path

import click


@click.command("submit")
@click.argument("name", metavar="[NAME|DIR]", required=False)
@click.option(
    "--out",
    type=click.Path(path_type=Path, dir_okay=False),
    metavar="ZIP",
    help="The file to write.  [default: ./NAME.zip]",
)
def command(name: str | None, out: Path | None) -> None:
    """Pack your files of a lab into one zip. The same files give the same bytes, whenever it is made."""
    from conclab.classroom import desk

    found = desk.find(name)
    target = desk.submit(found, out or Path(f"{found.lab.lab.id}.zip"))
    passed = len(found.progress.passed)
    click.echo(f"{target}: {', '.join(found.lab.lab.files)}")
    click.echo(
        f"hand this file in; at your last check {passed} of {found.visible} visible tests passed, "
        f"{found.hidden} hidden ones wait",
        err=True,
    )
