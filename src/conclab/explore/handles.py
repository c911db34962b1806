"""What a callback of a loop is: a step of a task, asyncio's own doing, or what the program asked for."""

from __future__ import annotations

import asyncio
import inspect
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

INTERNAL = ("asyncio", "concurrent")


def task_of(handle: Any) -> Any:
    """The task of which it is a step."""
    owner = getattr(handle._callback, "__self__", None)
    return owner if isinstance(owner, asyncio.Task) and is_step(handle._callback) else None


def is_step(callback: Any) -> bool:
    """Whether asyncio made it to have a task go on; `task.cancel` is a method like any other."""
    name = getattr(callback, "__name__", "_")
    return name.startswith("_") or not hasattr(asyncio.Task, name)


def is_internal(handle: Any) -> bool:
    """Whether asyncio asked for it for its own needs; of its public functions the program asks itself."""
    if task_of(handle) is not None:
        return False
    callback: Callable[..., Any] = handle._callback
    while hasattr(callback, "func"):
        callback = callback.func
    module = getattr(callback, "__module__", None) or ""
    return module.partition(".")[0] in INTERNAL and getattr(callback, "__name__", "").startswith("_")


def is_sleep(handle: Any) -> bool:
    """Whether it ends an asyncio.sleep."""
    return getattr(handle._callback, "__name__", "") == "_set_result_unless_cancelled"


def has_begun(task: Any) -> bool:
    """Whether a task has made its first step."""
    coroutine = task.get_coro()
    return not inspect.iscoroutine(coroutine) or inspect.getcoroutinestate(coroutine) != inspect.CORO_CREATED


def hush(task: Any) -> None:
    """Have a task that is left over complain of nothing."""
    task._log_destroy_pending = False
    if task.done() and not task.cancelled():
        task.exception()
    if not task.done() and not has_begun(task):
        task.get_coro().close()


def drop_unawaited(handles: Iterable[Any]) -> None:
    """Close the coroutines that they would have begun: nobody is to complain that they were not awaited."""
    for handle in handles:
        for coroutine in _unawaited(handle):
            coroutine.close()


def _unawaited(handle: Any) -> Iterator[Any]:
    """Those that another thread gave to run_coroutine_threadsafe."""
    cells = getattr(handle._callback, "__closure__", None) or ()
    for thing in (*(cell.cell_contents for cell in cells), *(handle._args or ())):
        if inspect.iscoroutine(thing) and inspect.getcoroutinestate(thing) == inspect.CORO_CREATED:
            yield thing
