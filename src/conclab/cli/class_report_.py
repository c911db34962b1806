"""`conclab class report DIR`: the page and the files of a graded class, again, from grades.json alone."""

from __future__ import annotations

from pathlib import Path

import click

from conclab.cli.class_grade_ import DEFAULT_FORMATS, formats


@click.command("report")
@click.argument("folder", metavar="DIR", type=click.Path(path_type=Path))
@click.option(
    "--format",
    "wanted",
    default=DEFAULT_FORMATS,
    show_default=True,
    metavar="NAME,...",
    help="Files to write.",
)
@click.option("--open", "open_after", is_flag=True, help="Open the page in the browser afterwards.")
def command(folder: Path, wanted: str, *, open_after: bool) -> int:
    """Write report.html and other files of the class that was graded into DIR."""
    from conclab.classroom import documents, session
    from conclab.classroom.grade import incomplete

    source = folder if folder.is_file() else folder / "grades.json"
    graded = documents.read(source)
    *_, page = session.write(graded, formats(wanted), source.parent)
    click.echo(page)
    if open_after:
        import webbrowser

        webbrowser.open(page.resolve().as_uri())
    return 1 if incomplete(graded) else 0
