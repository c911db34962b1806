"""A counterexample as text, one column for each thread, time going down: for a terminal or a failing test.

Where columns would be too narrow to read, the threads' names stand at the left and indentation stands for
columns. Nothing of ours but the ellipsis is outside ASCII: logs and consoles of any sort must show it.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from conclab.story.effects import Sort
from conclab.story.measure import cut, pad, shares, width_of, wrap
from conclab.story.rows import columns_of, endings, rows
from conclab.story.text import names, plain
from conclab.story.words import how_found, left_out, limits, replay

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from conclab.story.rows import Row

    Document = Mapping[str, Any]

NARROWEST = 22  # columns in which a line of source can still be recognised: six of them fit into 160
WIDEST = 56  # more would only pull the threads apart
LONGEST = 20  # of a name, and of a file with its line
PART = 5  # names, places and indentation get no more than this part of the width each
GAP = " | "
STEP = 4  # by which a thread is indented more than the one before it, where there are no columns
BOLD, DIM, FAILURE, REMARK, SOURCE = "1", "2", "1;31", "33", "thread"
COLOURS = ("36", "35", "32", "34", "33", "95", "92", "96")
STYLES = {Sort.WRITE: BOLD, Sort.WAIT: FAILURE, Sort.REMARK: REMARK}
MARKS = {Sort.WAIT: "# ", Sort.REMARK: "! "}


@dataclass(frozen=True, slots=True)
class Piece:
    """A line of a cell, or of prose."""

    text: str
    style: str = ""


@dataclass(frozen=True, slots=True)
class Form:
    """Where things stand: `lanes` are the widths of the columns; without any, texts are indented instead."""

    threads: Sequence[int]
    called: Mapping[int, str]
    files: bool  # whether there is more than one
    gutter: int
    lanes: Sequence[int]
    width: int

    def place(self, row: Row) -> str:
        """Line, with the file's name where that could be another one."""
        line = "" if row.line is None else str(row.line)
        return f"{row.file}:{line}" if self.files and row.file else line

    @property
    def room(self) -> int:
        """How wide the table is."""
        inside = sum(self.lanes) + len(GAP) * (len(self.lanes) - 1)
        return self.gutter + 2 + inside if self.lanes else self.width

    def colour(self, thread: int) -> str:
        """Of the threads with a column each has its own."""
        return COLOURS[self.threads.index(thread) % len(COLOURS)] if thread in self.threads else ""

    def before(self, thread: int) -> int:
        """How far a thread's text is indented where there are no columns."""
        step = min(STEP, self.width // PART // max(1, len(self.threads) - 1))
        return step * self.threads.index(thread) if thread in self.threads else 0


def columns(document: Document, width: int = 100, *, colour: bool = False) -> str:
    """Say all there is to say. No line is wider than asked, but for commands and lines of a traceback."""
    parts = [
        list(part(document, max(width, NARROWEST * 2)))
        for part in (_head, _table, _details, _traceback, _facts)
    ]
    paint = _painted if colour else _unpainted
    return "\n\n".join("\n".join(_line(line, paint) for line in part) for part in parts if part)


def _head(document: Document, width: int) -> Iterator[list[Piece]]:
    failure = document["failure"]
    if failure is None:
        yield from _prose(f"{document['verdict']}: {plain(document['coverage']['sentence'])}", width, BOLD)
        if document["not_controlled"]:
            yield from _prose(f"Not controlled: {plain(document['not_controlled'])}", width)
        return
    yield from _prose(plain(failure["summary"]), width, FAILURE)
    if failure["mechanism"]:
        yield from _prose(plain(failure["mechanism"]), width)


def _details(document: Document, width: int) -> Iterator[list[Piece]]:
    for line in document["failure"]["details"] if document["failure"] else ():
        for number, part in enumerate(wrap(plain(line), width - 2, limit=12)):
            yield [Piece(f"  {part}" if number else part)]


def _traceback(document: Document, _width: int) -> Iterator[list[Piece]]:
    for line in document["failure"]["traceback"] if document["failure"] else ():
        yield [Piece(plain(line), DIM)]


def _facts(document: Document, width: int) -> Iterator[list[Piece]]:
    if not document["failure"] or not document["failure"]["replay"]:  # a lab's is not told as a command
        return
    for line in (how_found(document), *limits(document)):
        yield from _prose(line, width, DIM)
    yield [Piece("replay it: "), Piece(replay(document), BOLD)]


def _prose(text: str, width: int, style: str = "") -> Iterator[list[Piece]]:
    for line in wrap(text, width, limit=12):
        yield [Piece(line, style)]


def _table(document: Document, width: int) -> Iterator[list[Piece]]:
    if not document["story"] or not document["story"]["steps"]:
        return
    told = rows(document)
    stands = endings(document, told)
    form = _form(document, [*told, *stands], width)
    tasks = {thread["id"] for thread in document["story"]["threads"] if thread.get("task_of") is not None}
    each = f"Each column is a {'task' if tasks.issuperset(form.threads) else 'thread'}."
    note = f"Time goes down. {each if form.lanes else 'Who runs stands at the left.'} {left_out(document)}"
    yield from _prose(note.rstrip(), width, DIM)
    yield from _header(form)
    aside_before = True
    for block in _blocks(told, form):
        aside = block[0].thread not in form.threads
        yield from _above(block[0], form, forced=not aside and not aside_before)
        yield from _aside(block, form) if _is_aside(block[0], form) else _row(block[0], form)
        aside_before = aside
    yield from _end(stands, form)


def _form(document: Document, told: list[Row], width: int) -> Form:
    longest = min(LONGEST, width // PART)
    called = {thread: cut(name, longest) for thread, name in names(document).items()}
    threads = columns_of(document, told)
    form = Form(threads, called, len({row.file for row in told if row.file}) > 1, 0, (), width)
    gutter = min(longest, max(len("line"), *(width_of(form.place(row)) for row in told)))
    wanted = [_wanted(thread, told, form) for thread in threads]
    lanes = shares(wanted, width - gutter - 2 - len(GAP) * (len(threads) - 1))
    fit = all(lane >= min(want, NARROWEST) for lane, want in zip(lanes, wanted, strict=True))
    return replace(form, gutter=gutter, lanes=lanes if fit else ())


def _wanted(thread: int, told: list[Row], form: Form) -> int:
    """How wide a column would have to be for nothing to be cut or broken."""
    cells = [_cell(row, WIDEST) for row in told if row.thread == thread]
    return max(
        width_of(text) for text in (form.called[thread], *(one.text for cell in cells for one in cell))
    )


def _blocks(told: list[Row], form: Form) -> list[list[Row]]:
    """Rows one by one, but for those that only set the scene: they are told together."""
    blocks: list[list[Row]] = []
    for row in told:
        chosen = row.after_cut or (row.arrival is not None and row.arrival.number)
        if blocks and not chosen and _is_aside(row, form) and _is_aside(blocks[-1][-1], form):
            blocks[-1].append(row)
        else:
            blocks.append([row])
    return blocks


def _is_aside(row: Row, form: Form) -> bool:
    return row.aside and row.thread not in form.threads and not row.fails


def _header(form: Form) -> Iterator[list[Piece]]:
    """Only over columns; else the names are at the left anyway."""
    if not form.lanes:
        return
    line = [Piece("line".rjust(form.gutter) + "  ")]
    for thread, lane in zip(form.threads, form.lanes, strict=True):
        line += [Piece(pad(form.called[thread], lane), f"1;{form.colour(thread)}"), Piece(GAP, DIM)]
    yield line[:-1]
    yield [Piece("-" * (form.gutter + 1) + "-" + "-+-".join("-" * lane for lane in form.lanes), DIM)]


def _above(row: Row, form: Form, *, forced: bool) -> Iterator[list[Piece]]:
    """What lies between a row and the one before it."""
    if row.after_cut:
        yield [Piece(cut("... steps are left out here ...", form.room), DIM)]
    if row.arrival and (row.arrival.number or forced):
        yield _rule(f"{row.arrival.text} ", "=" if row.arrival.number else "-", form)


def _end(stands: list[Row], form: Form) -> Iterator[list[Piece]]:
    """Who waits, though no step says so."""
    if stands:
        yield _rule("in the end ", "-", form)
    for row in stands:
        yield from _row(row, form)


def _rule(text: str, mark: str, form: Form) -> list[Piece]:
    """A line across the table."""
    told = cut(f"{mark * 3} {text}", max(form.room, min(form.width, 72)))
    return [Piece(told + mark * (form.room - width_of(told)), BOLD if mark == "=" else DIM)]


def _row(row: Row, form: Form) -> Iterator[list[Piece]]:
    if form.lanes and row.thread in form.threads:
        lane = form.threads.index(row.thread)
        for number, one in enumerate(_cell(row, form.lanes[lane])):
            yield _in_lane(one, lane, form, place=form.place(row) if not number else "")
    else:
        for number, one in enumerate(_cell(row, form.width - _left(form, row.thread))):
            yield _at_left(one, row.thread, form, place=form.place(row), first=not number)


def _aside(block: list[Row], form: Form) -> Iterator[list[Piece]]:
    thread = block[0].thread
    for number, line in enumerate(wrap(_together(block), form.width - _left(form, thread), limit=4)):
        yield _at_left(Piece(line, DIM), thread, form, place="", first=not number)


def _together(block: list[Row]) -> str:
    """`starts worker-1, worker-2; waits for worker-1 to end`: a verb once for all that follow it."""
    told = [one.text for row in block for one in row.effects] or [row.source for row in block]
    text = told[0]
    for before, after in pairwise(told):
        verb, _, rest = after.partition(" ")
        text += f", {rest}" if rest and before.startswith(f"{verb} ") else f"; {after}"
    return text


def _cell(row: Row, width: int) -> list[Piece]:
    """The line, then what it did."""
    begin, end = "… " if row.goes_on else "", " …" if row.unfinished else ""
    source = cut(begin + row.source, width - width_of(end)) + end
    lines = [Piece(source, SOURCE)] if row.source else []
    for one in row.effects:
        mark = MARKS.get(one.sort, "")
        told = wrap(mark + one.text, width - 2, limit=4)
        lines += [Piece(f"  {line}", STYLES.get(one.sort, "")) for line in told]
    if row.unwritten:
        lines.append(Piece(cut("  (has not written yet)", width), REMARK))
    return [*lines, Piece(cut("  ! fails here", width), FAILURE)] if row.fails else lines


def _in_lane(one: Piece, lane: int, form: Form, *, place: str) -> list[Piece]:
    line = [Piece(_right(place, form.gutter), DIM), Piece("  ")]
    for number, width in enumerate(form.lanes):
        style = form.colour(form.threads[lane]) if one.style == SOURCE else one.style
        line += [Piece(pad(one.text if number == lane else "", width), style), Piece(GAP, DIM)]
    return line[:-1]


def _left(form: Form, thread: int) -> int:
    """Columns that are taken at the left of a text that stands in no column."""
    name = max(width_of(name) for name in form.called.values())
    if form.lanes:
        return form.gutter + 2 + width_of(form.called[thread]) + 2
    return name + len(GAP) + form.gutter + 2 + form.before(thread)


def _at_left(one: Piece, thread: int, form: Form, *, place: str, first: bool) -> list[Piece]:
    name, place = form.called[thread], _right(place if first else "", form.gutter) + "  "
    style = form.colour(thread) if one.style == SOURCE else one.style
    if form.lanes:
        start = f"{name}: " if first else " " * (width_of(name) + 2)
        return [Piece(place, DIM), Piece(start, BOLD), Piece(one.text, style)]
    start = pad(name if first else "", max(map(width_of, form.called.values())))
    indent = " " * form.before(thread)
    return [Piece(start, form.colour(thread)), Piece(GAP + place + indent, DIM), Piece(one.text, style)]


def _right(text: str, width: int) -> str:
    """A long path loses its beginning: the end says which line."""
    while width_of(text) > width:
        text = "…" + text[2:]
    return " " * (width - width_of(text)) + text


def _line(line: list[Piece], paint: Callable[[str, str], str]) -> str:
    while line and not line[-1].text.strip():
        line = line[:-1]
    line = [*line[:-1], replace(line[-1], text=line[-1].text.rstrip())] if line else []
    return "".join(paint(one.text, one.style) for one in line)


def _painted(text: str, style: str) -> str:
    return f"\x1b[{style}m{text}\x1b[0m" if style and text.strip() else text


def _unpainted(text: str, _style: str) -> str:
    return text
