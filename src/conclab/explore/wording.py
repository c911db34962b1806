"""What a task did in one step, in words."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from conclab.explore.operation import Kind
from conclab.explore.waits import done_of

if TYPE_CHECKING:
    from conclab.explore.operation import Operation
    from conclab.explore.tasks import Task
    from conclab.explore.trace import Trace


def done_words(trace: Trace, task: Task, operation: Operation) -> str:  # noqa: C901, PLR0911, PLR0912
    """Words for a step; of reads and writes the values say more than words could."""
    kind = operation.kind
    obj: Any = operation.obj

    def name() -> str:
        return trace.names.of(obj)

    if kind is Kind.CALL:
        return f"calls {operation.text or operation.name}()"
    if kind is Kind.ACQUIRE:
        return f"gives up waiting for {name()}" if task.timed_out else f"takes {name()}"
    if kind is Kind.TRY:
        return f"tries to take {name()}: {'it is taken' if obj.owner is not None else 'it is free'}"
    if kind is Kind.LOCKED:
        return f"looks whether {name()} is taken"
    if kind is Kind.RESUME:
        done = done_of(trace.run, task)
        if task.timed_out:
            return "gives up waiting" if done else "gives up waiting to be notified"
        return done or f"was notified, takes {name()} again"
    if kind is Kind.WAIT and hasattr(obj, "is_set"):
        if not task.timed_out and (done := done_of(trace.run, task)):
            return done
        return f"gives up waiting for {name()}" if task.timed_out else f"sees that {name()} is set"
    if kind is Kind.SET:
        return f"{operation.name}s {name()}"
    if kind is Kind.ASK and hasattr(obj, "is_set"):
        return f"looks whether {name()} is set: {'yes' if obj._flag else 'no'}"
    if kind is Kind.JOIN:
        return "gives up waiting" if task.timed_out else f"sees that {obj.name} has ended"
    if kind is Kind.SLEEP:
        return "has slept"
    if kind is Kind.CLOCK:
        return "looks at the clock"
    return ""
