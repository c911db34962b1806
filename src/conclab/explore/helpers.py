"""What a scenario may call while it is explored; outside an exploration it does the plain thing."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Any

from conclab.explore import engine
from conclab.explore.operation import Kind, Operation
from conclab.explore.record import Hidden
from conclab.explore.remembers import remembers

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence


def run_together(functions: Sequence[Callable[[], Any]]) -> list[Any]:
    """Start all, wait for all."""
    results: list[Any] = [None] * len(functions)

    def body(number: int, function: Callable[[], Any]) -> Callable[[], None]:
        def run() -> None:
            results[number] = function()
            _leaves(results[number])

        return run

    run = engine.running()
    names = [getattr(each, "__name__", "function") for each in functions]
    if run is None:
        threads = [threading.Thread(target=body(*each)) for each in enumerate(functions)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        return results
    labels = [f"{name}-{number}" if names.count(name) > 1 else name for number, name in enumerate(names, 1)]
    threads = [
        threading.Thread(target=body(number, each), name=label)
        for (number, each), label in zip(enumerate(functions), labels, strict=True)
    ]
    for thread in threads:
        thread.start()
    tasks = [thread._conclab_task for thread in threads]  # type: ignore[attr-defined]
    me = run.current

    def all_ended() -> bool:
        if not all(task.done for task in tasks):
            return False
        if run.record is not None:
            me.sources += [task.last for task in tasks if task.last >= 0]
        return True

    run.announce(Operation(Kind.JOIN, obj=tasks[-1]), all_ended)
    return results


def _leaves(result: object) -> None:
    """A result is known when its thread has ended."""
    run = engine.running()
    if run is not None and result is not None:
        run.current.leaves = True


def check_always(holds: Callable[[], Any], unless: Any) -> None:
    """Have the scheduler look before every decision."""
    run = engine.running()
    if run is not None:
        run.invariants.append((holds, unless))
        if run.record is not None and remembers(holds):
            run.record.depends(Hidden.ORDER)
