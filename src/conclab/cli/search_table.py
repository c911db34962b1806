"""A run that looks for a bug, as text: how often each search found it, and one schedule that fails.

Takes the place of times and speedups, which mean nothing there. Reads run.json alone.
"""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING, Any

from conclab.numerals import UNKNOWN
from conclab.pictures import searches

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from rich.console import Console

Json = dict[str, Any]
COLOURS = {searches.EVERY: "green", searches.SOME: "yellow"}
RIGHT = {"found in"}
DISPENSABLE = ("share [95%]", "given up after", "predicted")
NO_TIMELINE = "no timeline: a search is many short runs, and an exploration decides every switch itself"


def _found(variant: Json) -> str:
    if variant["error"]:
        return "[bold red]failed[/]"
    colour = COLOURS.get(searches.how_often(variant) or "", "default")
    return f"[{colour}]{searches.found(variant)}[/]"


def _share(variant: Json) -> str:
    from rich.markup import escape

    return escape(searches.share(variant))


def _found_after(variant: Json) -> str:
    tries = searches.after(variant)
    return tries if tries == UNKNOWN else f"{tries}, {searches.time_until_found(variant)}"


COLUMNS: dict[str, Callable[[Json], str]] = {
    "search": lambda variant: str(variant["name"]),
    "found in": _found,
    "share [95%]": _share,
    "found after": _found_after,
    "given up after": searches.in_vain,
    "predicted": searches.predicted,
}


def about(run: Json) -> str:
    """What one trial is."""
    programs = ", ".join(each["name"] for each in run["workloads"])
    return f"a trial looks for the bug of {programs}: {searches.limits(run)}"


def show_schedule(run: Json, console: Console) -> None:
    """Print one schedule that fails, as it stands: its columns must not be wrapped. The page has all."""
    from rich.markup import escape

    if not searches.searching(run):
        return
    for names, story in islice(searches.stories(run), 1):
        console.print(f"\n[bold]A schedule that fails[/], found by {escape(names)}:\n")
        console.print(escape(story), highlight=False, soft_wrap=True)
    console.print(NO_TIMELINE, style="dim", highlight=False)


def guesses(variants: list[Json]) -> Iterator[str]:
    """Say whether the person was right about how often each search finds it."""
    words = {searches.EVERY: "always", searches.SOME: "sometimes", searches.NONE: "never"}
    for variant in variants:
        often = words.get(searches.how_often(variant) or "")
        if variant["guess"] and often:
            right = "right" if variant["guess"] == often else f"it found it {searches.how_often(variant)}"
            yield f"your guess for {variant['name']}: {variant['guess']} ({right})"
