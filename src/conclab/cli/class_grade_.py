"""`conclab class grade SUBMISSIONS --lab LAB`: everybody's sheet, and files for whoever wants them."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import click

from conclab.errors import BadRequestError

LAYERS = ("auto", "none", "basic", "kernel", "namespaces")
DEFAULT_FORMATS = "csv,html"


@click.command("grade")
@click.argument("submissions", type=click.Path(path_type=Path))
@click.option("--lab", required=True, metavar="LAB", help="A lab's folder, or its name in ./labs.")
@click.option("--roster", type=click.Path(path_type=Path), metavar="CSV", help="Who is in the class.")
@click.option("--student", default="", metavar="NAME", help="SUBMISSIONS is the work of this one student.")
@click.option(
    "--out",
    type=click.Path(path_type=Path),
    metavar="DIR",
    help="Where grades are kept.  [default: grades/LAB]",
)
@click.option("--jobs", type=click.IntRange(1, 256), help="How many at once.  [default: one a core]")
@click.option(
    "--isolation",
    type=click.Choice(LAYERS),
    default="auto",
    show_default=True,
    help="How far apart submissions run; auto takes the most that holds here.",
)
@click.option(
    "--format",
    "formats",
    default=DEFAULT_FORMATS,
    show_default=True,
    metavar="NAME,...",
    help="Files to write beside grades.json and report.html.",
)
@click.option("--print", "printed", default="table", show_default=True, metavar="NAME", help="What to print.")
@click.option("--json", "as_json", is_flag=True, help="The same as --print json.")
@click.option("--quiet", is_flag=True, help="No progress and no table.")
@click.option("--cluster", default="", metavar="ADDRESS", help="Grade on a Dask cluster, as tcp://host:8786.")
def command(submissions: Path, **options: Any) -> int:
    """Grade SUBMISSIONS: a folder or an archive with one entry a student.

    What was graded stays in the output folder: the same command goes on after a stop.
    """
    from rich.console import Console

    from conclab.classroom import bench, session
    from conclab.classroom.grade import incomplete
    from conclab.cli.progress import counted

    request = _request(submissions, options)
    silent = bool(options["quiet"] or options["as_json"])
    with counted(Console(stderr=True), "grading", quiet=silent) as tell:
        graded = session.grade_class(request, bench=bench.BENCH, tell=tell)
    if not options["quiet"]:
        _print("json" if options["as_json"] else options["printed"], graded)
        if not options["as_json"]:
            click.echo(f"{request.out}{os.sep}", err=True)
    return 1 if incomplete(graded) else 0


def _request(submissions: Path, options: dict[str, Any]) -> Any:
    from conclab.classroom import bench, output, session
    from conclab.classroom.model import Layer
    from conclab.harness.machine import usable_cores

    folder = bench.find(options["lab"])
    chosen = formats(options["formats"])
    for name in (*chosen, options["printed"]):
        if name not in output.known():
            from conclab.errors import UnknownNameError

            raise UnknownNameError("format", name, output.known())
    if options["student"] and options["roster"]:
        raise BadRequestError("--student names one person, --roster a class; give one of them")
    asked = options["isolation"]
    return session.Request(
        submissions=submissions,
        lab=folder,
        out=options["out"] or Path("grades") / folder.resolve().name,
        roster=options["roster"],
        student=options["student"],
        jobs=options["jobs"] or usable_cores(),
        layer=None if asked == "auto" else Layer[asked.upper()],
        cluster=options["cluster"],
        formats=chosen,
    )


def formats(text: str) -> tuple[str, ...]:
    """Names with commas between."""
    return tuple(dict.fromkeys(name.strip() for name in text.split(",") if name.strip()))


def _print(name: str, graded: Any) -> None:
    from conclab.classroom import output, text
    from conclab.classroom.formats.table import render
    from conclab.cli.table import printer

    if name == "table":
        render(text.inert(graded), printer())
    else:
        click.echo(output.one_text(name, graded), nl=False)
