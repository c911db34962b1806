"""Progress on a terminal, silence in a pipe. Draws between trials only, never while one is timed."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from rich.console import Console


@contextmanager
def doing(console: Console, what: str, *, quiet: bool) -> Iterator[None]:
    """Say what is under way, which can't tell how far it is."""
    if quiet or not console.is_terminal:
        yield
        return
    with console.status(f"{what} ..."):
        yield


@contextmanager
def progress(console: Console, total_s: float, *, quiet: bool) -> Iterator[Callable[[str, float], None]]:
    """Yield `tell(doing, spent_s)`. No thread refreshes the display: it would compete for a core."""
    if quiet or not console.is_terminal:
        yield lambda _doing, _spent_s: None
        return
    from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

    columns = (TextColumn("{task.description:<40.40}"), BarColumn(), TimeElapsedColumn())
    with Progress(*columns, console=console, auto_refresh=False, transient=True) as bar:
        task = bar.add_task("starting", total=total_s)

        def tell(doing: str, spent_s: float) -> None:
            bar.update(task, description=doing, completed=min(spent_s, total_s))
            bar.refresh()

        yield tell


@contextmanager
def counted(console: Console, what: str, *, quiet: bool) -> Iterator[Callable[[int, int], None]]:
    """Yield `tell(done, total)`, for what is counted and not timed."""
    if quiet or not console.is_terminal:
        yield lambda _done, _total: None
        return
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn())
    with Progress(*columns, console=console, auto_refresh=False, transient=True) as bar:
        task = bar.add_task(what, total=None)

        def tell(done: int, total: int) -> None:
            bar.update(task, completed=done, total=total)
            bar.refresh()

        yield tell
