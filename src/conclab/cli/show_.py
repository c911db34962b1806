"""`conclab show [RUN]`: print a saved run again."""

from __future__ import annotations

import json
from pathlib import Path

import click


@click.command("show")
@click.argument("run", required=False)
@click.option(
    "--out", default="results", metavar="DIR", show_default=True, help="The folder that holds the runs."
)
@click.option("--json", "as_json", is_flag=True, help="Print run.json and nothing else.")
def command(run: str | None, out: str, *, as_json: bool) -> None:
    """Print a saved RUN again: a folder, an id or its beginning, or an experiment (its latest run).

    Without RUN: the latest of all.
    """
    from conclab.cli.table import printer, show
    from conclab.results.folder import find, load

    folder = find(Path(out), run)
    document = load(folder)
    if as_json:
        click.echo(json.dumps(document, indent=1))
        return
    console = printer()
    show(document, console)
    console.print(f"\n{folder}", style="dim", highlight=False, soft_wrap=True)
