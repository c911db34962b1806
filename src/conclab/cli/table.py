"""A saved run as text. Reads run.json alone, so that `run` and `show` print the same."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING, Any

from conclab.cli import search_table
from conclab.numerals import duration, factor, interval, middle
from conclab.pictures.searches import searching

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from rich.console import Console
    from rich.table import Table

Json = dict[str, Any]
COLOURS = {
    "faster": "green",
    "slower": "red",
    "same": "cyan",
    "inconclusive": "yellow",
    "not faster": "cyan",
    "not slower": "cyan",
    "holds": "green",
    "fails": "bold red",
    "unclear": "yellow",
}
SURPRISE = {"holds": "yes", "fails": "surprise", "unclear": "unclear"}
PIPE_WIDTH = 120
PADDING = 2
GAP = PADDING + 1  # rich puts a space of its own between columns


def printer() -> Console:
    """Return where tables go: as wide as the terminal; in a pipe wide enough for every column."""
    from rich.console import Console

    piped = not sys.stdout.isatty() and "COLUMNS" not in os.environ
    return Console(width=PIPE_WIDTH if piped else None)


def show(run: Json, console: Console) -> None:
    """Print question, table, reasons, cautions, what was seen of the GIL, and the lesson."""
    from rich.markup import escape

    from conclab.cli.gil_table import show as show_gil

    console.print(f"[bold]{escape(run['question'])}[/bold]")
    console.print(escape(_about(run)), style="dim")
    console.print()
    console.print(_table(run, width=console.width))
    if any(variant["sightings"] for variant in run["variants"]):
        console.print("\nThe worker held the [magenta]same[/] object as the caller, or a [blue]copy[/];")
        console.print("[bold]*[/] the caller sees what the worker did:\n")
        console.print(_sightings(run))
    for line in _notes(run):
        console.print(line)
    search_table.show_schedule(run, console)
    show_gil(run, console)
    console.print(f"\n{escape(run['lesson'])}", highlight=False)


def _about(run: Json) -> str:
    where = ", ".join(f"{each['name']} (GIL {each['gil']})" for each in run["interpreters"])
    work = "; ".join(
        f"{each['batch_size']} tasks of {each['name']}({each['arguments']['size']})"
        f" at {duration(each['calibrated_task_s'])}"
        for each in run["workloads"]
        if each["calibrated_task_s"] is not None
    )
    blocks = f"{len(run['blocks'])} blocks"
    state = run["stopped"] if run["complete"] else f"INCOMPLETE: {run['stopped'] or 'interrupted'}"
    cores = f"{run['environment']['cores_usable']} cores"
    work = search_table.about(run) if searching(run) else work
    return f"{where} · {cores} · {blocks} ({state}) · seed {run['seed']}\n{work}"


def _table(run: Json, *, width: int) -> Table:
    """One row a variant. On a narrow terminal the columns that matter least are left out."""
    from rich import box
    from rich.table import Table
    from rich.text import Text

    searches = searching(run)
    cells = search_table.COLUMNS | {"agrees": COLUMNS["agrees"]} if searches else COLUMNS
    columns = {name: [cell(variant) for variant in run["variants"]] for name, cell in cells.items()}
    for dispensable in search_table.DISPENSABLE if searches else DISPENSABLE:
        widths = [max(Text.from_markup(cell).cell_len for cell in [name, *columns[name]]) for name in columns]
        if sum(widths) + GAP * len(widths) <= width:
            break
        del columns[dispensable]
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False, show_edge=False, padding=(0, PADDING, 0, 0))
    right = RIGHT | search_table.RIGHT
    for name in columns:
        table.add_column(name.replace("[", "\\["), justify="right" if name in right else "left", no_wrap=True)
    for row in zip(*columns.values(), strict=True):
        table.add_row(*row)
    return table


def _verdict(variant: Json) -> str:
    if variant["error"]:
        return "[bold red]failed[/]"
    return "[dim]baseline[/]" if variant["baseline"] is None else coloured(variant["answer"])


def _speedup(variant: Json) -> str:
    from rich.markup import escape

    if variant["baseline"] is None:
        return "-" if variant["error"] else "1.00x"
    return escape(interval(variant["speedup"]))


def coloured(word: str | None) -> str:
    """Return a verdict or an agreement in its colour."""
    if word is None:
        return ""
    return f"[{COLOURS.get(word, 'default')}]{SURPRISE.get(word, word)}[/]"


def predicted(variant: Json) -> str:
    """`0.75 to 1.07`, or what the caller should see."""
    claim = variant["predicted"]
    if claim is None:
        return ""
    if "shared" in claim:
        shared = {True: "some shared", False: "private"}[bool(claim["shared"])]
        everything = all(seen["case"] in claim["shared"] for seen in variant["sightings"])
        return "shared" if everything and variant["sightings"] else shared
    return f"{claim['low']:.2f} to {claim['high']:.2f}"


def _sightings(run: Json) -> Table:
    """One row a variant, one column a case: whose object it was, and whether the caller sees the change."""
    from rich import box
    from rich.table import Table

    table = Table(
        box=box.SIMPLE_HEAD,
        pad_edge=False,
        show_edge=False,
    )
    table.add_column("variant", no_wrap=True)
    cases = next(variant["sightings"] for variant in run["variants"] if variant["sightings"])
    for seen in cases:
        table.add_column(seen["case"])
    for variant in run["variants"]:
        cells = [_seen(seen) for seen in variant["sightings"]]
        table.add_row(variant["name"], *cells)
    return table


def _seen(seen: Json) -> str:
    word = "[magenta]same[/]" if seen["shared"] else "[blue]copy[/]"
    return f"{word}[bold]*[/]" if seen["changed"] else word


def _notes(run: Json) -> Iterator[str]:
    from rich.markup import escape

    yield from _ceiling(run)
    for variant in run["variants"]:
        yield from _trouble(variant)
    for absent in run["left_out"]:
        yield f"[dim]left out {escape(absent['name'])}: {escape(absent['reason'])}[/dim]"
    for because, names in reasons(run["variants"]).items():
        yield f"[bold]{escape(', '.join(names))}[/]: {escape(because)}"
    for caution in run["cautions"]:
        yield f"[yellow]caution[/] {escape(caution)}"
    yield from (search_table.guesses if searching(run) else _guesses)(run["variants"])


def _ceiling(run: Json) -> Iterator[str]:
    """What the machine itself can do, and what each claim of parallelism reached of it."""
    from rich.markup import escape

    top = run["ceiling"]
    if not top or not top["speedup"]:
        return
    reached = escape(interval(top["speedup"]))
    yield f"this machine's ceiling: {reached} with {top['workers']} processes of C code"
    for variant in run["variants"]:
        if variant["speedup"] and (variant["predicted"] or {}).get("parallel"):
            own, best = (each["speedup"]["estimate"] for each in (variant, top))
            if own <= best:
                yield f"{escape(variant['name'])}: {factor(own)} of a possible {factor(best)}"


def _trouble(variant: Json) -> Iterator[str]:
    from rich.markup import escape

    name = escape(variant["name"])
    if variant["error"]:
        yield f"[bold red]{name}[/] failed: {escape(variant['error'])}"
    if variant["agrees"] == "fails":
        yield f"[bold red]surprise[/] {name}: {escape(variant['surprise'])}"
    elif variant["agrees"] == "unclear":
        yield f"[yellow]unclear[/] {name}: {escape(variant['surprise'])}"


def _guesses(variants: Sequence[Json]) -> Iterator[str]:
    for variant in variants:
        if variant["guess"] and variant["verdict"]:
            right = "right" if variant["guess"] == variant["verdict"] else f"it is {variant['verdict']}"
            yield f"your guess for {variant['name']}: {variant['guess']} ({right})"


def reasons(variants: Sequence[Json]) -> dict[str, list[str]]:
    """Group the variants by the reason of their prediction."""
    found: dict[str, list[str]] = {}
    for variant in variants:
        if variant["predicted"]:
            found.setdefault(variant["predicted"]["because"], []).append(variant["name"])
    return found


def _cpus(variant: Json) -> str:
    shares = [
        cpu / time
        for cpu, time in zip(variant["cpu_s"], variant["times_s"], strict=True)
        if cpu is not None and time
    ]
    share = middle(shares)
    return "-" if share is None else f"{share:.2f}"


def _bytes(value: int | None) -> str:
    return "-" if value is None else f"{value / 2**20:.0f} MiB"


COLUMNS: dict[str, Callable[[Json], str]] = {
    "variant": lambda variant: str(variant["name"]),
    "batch": lambda variant: duration(middle(variant["times_s"])),
    "start-up": lambda variant: duration(variant["startup_s"]),
    "CPUs": _cpus,
    "peak": lambda variant: _bytes(variant["max_rss_bytes"]),
    "speedup [95%]": _speedup,
    "verdict": _verdict,
    "predicted": predicted,
    "agrees": lambda variant: coloured(variant["agrees"]),
}
RIGHT = {"batch", "start-up", "CPUs", "peak"}
DISPENSABLE = ("peak", "CPUs", "start-up", "predicted")
