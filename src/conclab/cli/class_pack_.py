"""`conclab class pack LAB...`: what students get of a lab, and what an autograder gets."""

from __future__ import annotations

from pathlib import Path

import click


@click.command("pack")
@click.argument("names", metavar="LAB...", nargs=-1, required=True)
@click.option(
    "--out",
    type=click.Path(path_type=Path),
    default="packed",
    show_default=True,
    metavar="DIR",
    help="Where the packed labs go.",
)
@click.option("--gradescope", is_flag=True, help="A zip for Gradescope instead: it holds the hidden tests.")
def command(names: tuple[str, ...], out: Path, *, gradescope: bool) -> None:
    """Pack each LAB for students: lesson, starter, visible tests; nothing of solutions or hidden tests."""
    from conclab.classroom import bench, pack

    out.mkdir(parents=True, exist_ok=True)
    make = pack.autograder if gradescope else pack.student
    for name in names:
        click.echo(make(bench.folder_of(bench.find(name)), out))
