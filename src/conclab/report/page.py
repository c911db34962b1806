"""report.html: one file with everything in it, readable without network, server or JavaScript.

What a run says comes from other people's code: the template escapes all of it, the data are embedded so
that no text can end their element, and a policy in the page lets no other script run than its own.
"""

from __future__ import annotations

import json
import math
from base64 import b64encode
from hashlib import sha256
from typing import TYPE_CHECKING, Any

from conclab.files import whole
from conclab.numerals import UNKNOWN, duration, interval
from conclab.pictures.answers import caption
from conclab.pictures.observed import orders
from conclab.report import chart, gil, tables, timeline, words

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from jinja2 import Environment

NAME = "report.html"
# Inside JSON these occur in texts alone, where \u003c means the same and can't end the element.
HARMLESS = {ord(sign): f"\\u{ord(sign):04x}" for sign in "<>&'"}


def write(run: Mapping[str, object], folder: Path) -> Path:
    """Write the page of a run, whole or not at all, and return its path."""
    text = render(run)
    target = folder / NAME
    with whole(target) as partial:
        # a lone surrogate, from a file name for example, has no place in UTF-8
        partial.write_text(text, encoding="utf-8", errors="replace", newline="\n")
    return target


def render(run: Mapping[str, object]) -> str:
    """Return the page as text. It depends on the run alone."""
    environment = _environment()
    style, script = (_source(environment, name) for name in ("page.css", "page.js"))
    observed = timeline.timeline(run)
    if observed:
        style += timeline.css() + _source(environment, "timeline.css")
    return environment.get_template("page.html.jinja").render(
        run=run,
        question=run["question"] or run["experiment"],
        answer=words.sentence(run),
        caption=caption(run),
        lines=words.lines(run),
        chart=chart.chart(run),
        height=chart.HEIGHT,
        grid=_grid(run),
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
        script_hash=b64encode(sha256(script.encode()).digest()).decode(),
        data=embedded(run),
        interval=interval,
    )


def embedded(run: Mapping[str, object]) -> str:
    """Return the run as JSON that can stand inside a script element: nothing in it can end or open one."""
    return json.dumps(_finite(run), separators=(",", ":"), allow_nan=False).translate(HARMLESS)


def _environment() -> Environment:
    from jinja2 import Environment, PackageLoader, StrictUndefined  # noqa: PLC0415 - slow to import

    return Environment(
        loader=PackageLoader("conclab.report", ""),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )


def _source(environment: Environment, name: str) -> str:
    """Read one of our own files, which the template includes as they are."""
    return environment.loader.get_source(environment, name)[0] if environment.loader else ""


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


def _finite(value: Any) -> Any:
    """JSON has no word for infinity and nan; run.json writes null for what is unknown."""
    if isinstance(value, float) and not math.isfinite(value):
        return None
    if isinstance(value, dict):
        return {key: _finite(one) for key, one in value.items()}
    return [_finite(one) for one in value] if isinstance(value, list | tuple) else value
