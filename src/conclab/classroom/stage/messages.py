"""What the worker may say, checked: a message becomes an event of one known task, or the case is over.

Nothing in here believes a word: numbers must be those that are awaited, fields of the right type, an
operation on the list of the thing it is asked of, and a task that asks must have nothing else pending.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from conclab.classroom.channel import wire
from conclab.classroom.faults import ProtocolFault, StudentError
from conclab.classroom.hosted.base import Hosted
from conclab.classroom.model import Reason
from conclab.classroom.stage.remote import Remote

if TYPE_CHECKING:
    from collections.abc import Mapping

    from conclab.classroom.stage.execution import Execution

LONGEST_NAME = 60


class Reader:
    """Turns what came into values of ours."""

    def __init__(self, stage: Execution, files: Mapping[str, str]) -> None:
        self.stage = stage
        self._lines = {name: len(text.splitlines()) for name, text in files.items()}

    def place(self, at: Any) -> tuple[str, int] | None:
        """A line of the submission, if that is one."""
        if type(at) is not list or len(at) != 2 or type(at[0]) is not str or type(at[1]) is not int:  # noqa: PLR2004
            return None
        return (at[0], at[1]) if 0 < at[1] <= self._lines.get(at[0], 0) else None

    def value(self, data: Any) -> Any:
        """A value of exact builtin types, hosted things and Remotes. Raises ProtocolFault."""
        try:
            return wire.decode(data, self._resolve)
        except wire.WireError as error:
            raise ProtocolFault(f"the submission's process sent a value that is none: {error}") from None

    def _resolve(self, data: dict[str, Any]) -> Any:
        number = data.get(wire.VALUE)
        if type(number) is not int:
            raise wire.WireError("an object without a number")
        if data.get(wire.TAG) == "c":
            hosted = self.stage.hosted.get(number)
            if hosted is None:
                if number < 0:
                    return Remote(self.stage, number, "a lock of its own")
                raise wire.WireError("a thing that was never handed out")
            return hosted
        if data.get(wire.TAG) == "h" and number > 0:
            kind = data.get("n")
            return Remote(self.stage, number, kind[:LONGEST_NAME] if type(kind) is str else "")
        raise wire.WireError("a value of no known kind")

    def ending(self, message: dict[str, Any]) -> Any:
        """What a call came to. Raises StudentError, or ProtocolFault."""
        if "error" in message:
            raise self.error(message["error"])
        if "unsendable" in message:
            raise ProtocolFault(f"the result can't be sent to the grader: {message['unsendable']}")
        if "ok" not in message:
            raise ProtocolFault("an end without a result")
        return self.value(message["ok"])

    def error(self, told: Any) -> StudentError:
        """An exception of the submission, as text."""
        if type(told) is not dict:
            raise ProtocolFault("an exception without a name")
        at = self.place(told.get("at"))
        error = StudentError(str(told.get("type")), str(told.get("text")), line=at[1] if at else None)
        if error.type == "AttributeError" and error.message.startswith("module ") and at is None:
            error.reason = Reason.MISSING
        return error


def packed(value: Any) -> Any:
    """A value of the author's as it crosses. Raises TypeError for what can't."""
    return wire.encode(value, _refer)


def _refer(value: Any) -> dict[str, Any]:
    if isinstance(value, Hosted):
        if not value.number:
            raise TypeError(f"{value.name} was not made by this stage: say stage.{value.kind}(...)")
        spec = value.spec()
        if "fixed" in spec:
            spec["fixed"] = {field: packed(one) for field, one in spec["fixed"].items()}
        return {wire.TAG: "c", wire.VALUE: value.number, **spec}
    if isinstance(value, Remote) and not value.conclab_spot()["attr"]:
        number = value.conclab_spot()["obj"]
        return {wire.TAG: "h" if number > 0 else "c", wire.VALUE: number}
    raise TypeError(
        f"{value!r} can't be handed to a submission: plain data, things made by the stage and objects "
        "of the submission can; a function is handed out as stage.work(function)"
    )
