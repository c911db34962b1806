"""What was seen of the GIL, as text: a row for each thread, a sentence for each variant, how it is known.

Reads run.json alone; prints nothing for a run without observed passes.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from conclab.numerals import duration
from conclab.pictures.gil_states import LOOKS, RAN, short
from conclab.pictures.observed import Pass, label, longest_wait, method, orders, passes, percent, threads

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from rich.console import Console
    from rich.table import Table

GROUPED = 4  # workers; more of them share a row
ALWAYS = {"variant", "thread", "held", "waited"}
NEEDS_GIL = ("held", "waited", "switches/s", "longest wait")
DISPENSABLE = ("no CPU", "longest wait", "switches/s", "blocked", "released")
PADDING = 2
GAP = PADDING + 1  # rich puts a space of its own between columns

Row = dict[str, str]


def show(run: Mapping[str, Any], console: Console) -> None:
    """Print table, sentences, layer and orders, as far as the run has them."""
    from rich.markup import escape

    observed = passes(run)
    rows = [row for one in observed for row in _rows(one)]
    if rows:
        console.print()
        console.print(_table(rows, width=console.width))
    for one in observed:
        told = one.seen["sentence"] if one.seen else one.why
        console.print(f"[bold]{escape(one.name)}[/]: {escape(told)}{escape(_longest(one))}", highlight=False)
    for order in orders(run):
        told = f"order of starts {order.started}, of ends {order.ended}"
        console.print(f"[bold]{escape(order.name)}[/]: {escape(told)}", highlight=False)
    if "blocks" not in run and rows:
        console.print("per cent of the time that each thread was there", style="dim", highlight=False)
    for line in _method(observed, own_pass="blocks" in run):
        console.print(escape(line), style="dim", highlight=False)


def _method(observed: Sequence[Pass], *, own_pass: bool) -> Iterator[str]:
    """Say what this rests on; the first line says that it was no measurement of time."""
    how = "observed in a pass of its own, never timed" if own_pass else "recorded, so not timed"
    for place, line in enumerate(method(observed)):
        yield f"{line}; {how}" if place == 0 else line


def _longest(one: Pass) -> str:
    wait = longest_wait(one)
    return f"; longest wait: {wait}" if wait else ""


def _rows(one: Pass) -> Iterator[Row]:
    """One row a thread, or one for all workers where they are many."""
    there = threads(one)
    if not one.seen or not there:
        return
    working = [thread for thread in there if thread["tasks"]]
    parts = [[thread] for thread in there]
    if len(working) > GROUPED:
        parts = [working, *([thread] for thread in there if not thread["tasks"])]
    for place, part in enumerate(parts):
        yield _row(one, one.seen, part, first=place == 0)


def _row(one: Pass, seen: Mapping[str, Any], part: Sequence[Mapping[str, Any]], *, first: bool) -> Row:
    rate = seen["handovers_per_s"]
    waits = [thread["longest_wait_s"] for thread in part if thread["longest_wait_s"] is not None]
    shares = {
        short(state, layer=""): _spread([(thread[look.figure], thread["lived_s"]) for thread in part])
        for state, look in LOOKS.items()
    }
    row = {
        "variant": one.name if first else "",
        "thread": label(part[0]) if len(part) == 1 else f"{len(part)} workers",
        "on a CPU": _spread([(thread["on_cpu_s"], thread["lived_s"]) for thread in part]),
        **shares,
        "switches/s": ("?" if rate is None else f"{rate:.0f}") if first else "",
        "longest wait": duration(max(waits)) if waits else "?",
    }
    return row | dict.fromkeys(NEEDS_GIL, "no GIL") if one.layer == "none" else row


def _spread(shares: Sequence[tuple[float | None, float]]) -> str:
    """`49%`; of several threads the median and the range, `12% (10..14%)`."""
    known = sorted(seconds / whole_s for seconds, whole_s in shares if seconds is not None and whole_s > 0)
    if not known:
        return percent(None, 1)
    low, middle, high = (percent(value, 1) for value in (known[0], known[len(known) // 2], known[-1]))
    return middle if low == high else f"{middle} ({low[:-1]}..{high})"


def _columns(rows: Sequence[Row]) -> dict[str, list[str]]:
    """Leave out what says nothing of any thread; that nobody knows who held the GIL does say something."""
    columns = {name: [row[name] for row in rows] for name in rows[0]}
    if set(columns["held"]) == {"no GIL"}:
        columns = {
            RAN if name == "released" else name: columns[name] for name in columns if name not in NEEDS_GIL
        }
    dull = {name for name, cells in columns.items() if set(cells) <= {"?", ""}} - ALWAYS
    if set(columns["unknown"]) <= {"0%", "?"}:
        dull.add("unknown")
    return {name: cells for name, cells in columns.items() if name not in dull}


def _table(rows: Sequence[Row], *, width: int) -> Table:
    """On a narrow terminal the columns that matter least are left out."""
    from rich import box
    from rich.table import Table
    from rich.text import Text

    columns = _columns(rows)
    for dispensable in DISPENSABLE:
        widths = [max(len(cell) for cell in [name, *columns[name]]) for name in columns]
        if sum(widths) + GAP * len(widths) <= width:
            break
        columns.pop(dispensable, None)
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False, show_edge=False, padding=(0, PADDING, 0, 0))
    for name in columns:
        left = name in {"variant", "thread"}
        table.add_column(name, justify="left" if left else "right", no_wrap=True)
    for row in zip(*columns.values(), strict=True):
        table.add_row(*map(Text, row))
    return table
