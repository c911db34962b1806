"""report.html: one file with everything in it, readable without network, server or JavaScript.

What a run says comes from other people's code: the template escapes all of it, the data are embedded so
that no text can end their element, and a policy in the page lets no other script run than its own.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from conclab.numerals import UNKNOWN, duration, interval
from conclab.pictures.answers import caption
from conclab.pictures.observed import orders
from conclab.pictures.searches import searching
from conclab.report import chart, found, gil, tables, timeline, words
from conclab.report.sheet import embedded, environment, save, script_hash, source

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

NAME = "report.html"


def write(run: Mapping[str, object], folder: Path) -> Path:
    """Write the page of a run, whole or not at all, and return its path."""
    return save(render(run), folder / NAME)


def render(run: Mapping[str, object]) -> str:
    """Return the page as text. It depends on the run alone."""
    templates = environment()
    style, script = (source(templates, name) for name in ("page.css", "page.js"))
    observed = timeline.timeline(run)
    if observed:
        style += timeline.css() + source(templates, "timeline.css")
    return templates.get_template("page.html.jinja").render(
        run=run,
        question=run["question"] or run["experiment"],
        answer=words.sentence(run),
        caption=caption(run),
        lines=words.lines(run),
        found=found.found(run),
        chart=chart.chart(run),
        height=chart.HEIGHT,
        grid=found.grid(run) if searching(run) else _grid(run),
        timeline=observed,
        sample=timeline.sample,
        gil=gil.figures(run),
        known_by=gil.known_by(run),
        orders=orders(run),
        cases=tables.cases(run),
        sightings=tables.sightings(run),
        texts=tables.texts(run),
        failed=_failed(run),
        reached=_reached(run),
        accounts=tables.accounts(run),
        facts=tables.environment(run),
        style=style,
        script=script,
        script_hash=script_hash(script),
        data=embedded(run),
        interval=interval,
    )


def _grid(run: Mapping[str, Any]) -> list[tuple[int, list[str]]]:
    """List the time of every variant in every block."""
    columns = [variant["times_s"] for variant in run["variants"]]
    return [
        (
            block + 1,
            [duration(times[block]) if block < len(times) else UNKNOWN for times in columns],
        )
        for block in range(max(map(len, columns), default=0))
    ]


def _failed(run: Mapping[str, Any]) -> list[tuple[str, str, str]]:
    failed = [
        (variant["name"], "failed", variant["error"]) for variant in run["variants"] if variant["error"]
    ]
    return failed + [(one["name"], "left out", one["reason"]) for one in run["left_out"]]


def _reached(run: Mapping[str, Any]) -> list[tuple[str, str]]:
    """Say what each claim of parallelism came to, where there is a ceiling to hold it against."""
    if not (run["ceiling"] or {}).get("speedup"):
        return []
    return [
        (variant["name"], interval(variant["speedup"]))
        for variant in run["variants"]
        if variant["speedup"] and (variant["predicted"] or {}).get("parallel")
    ]
