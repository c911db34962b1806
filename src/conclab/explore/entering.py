"""Functions under test that C code calls back: a factory, a sort's key, a cache's function, a generator.

C code looks, calls them, and stores: another thread may have its turn in between. They are told from plain
calls by their caller, who is in the middle of an operation.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from conclab.explore.operation import Kind, Operation

if TYPE_CHECKING:
    import dis
    from collections.abc import Callable
    from types import CodeType, FrameType

GENERATOR = 0x20  # the flag of a generator's code
IN_THE_MIDDLE = {Kind.READ, Kind.WRITE, Kind.CALL}
Point = tuple[Operation, Any]


class Entries:
    """Makes the points at which functions are entered, and generators go on."""

    def __init__(
        self, of: Callable[[CodeType], dict[int, Point]], is_users: Callable[[CodeType], bool]
    ) -> None:
        self._of = of
        self._is_users = is_users

    def point(self, code: CodeType, each: dis.Instruction, handed_out: set[str]) -> Point | None:
        """The point of a RESUME, if C code could come that way; monitoring tells of what follows it only."""
        after = (each.arg or 0) & 3
        if (after and not code.co_flags & GENERATOR) or not _can_be(code, handed_out):
            return None
        name = code.co_name.strip("<>")
        text = f"{name} goes on" if after else name
        return Operation(Kind.CALL, name, text=text, touches=lambda _: None), self.is_called_back

    def is_called_back(self, frame: FrameType) -> bool:
        """Whether the caller is in the middle of an operation, and not at a plain call."""
        back = frame.f_back
        if back is None or not self._is_users(back.f_code):
            return False
        point = self._of(back.f_code).get(back.f_lasti)
        if point is None or point[0].kind not in IN_THE_MIDDLE:
            return False
        return point[1] is None or bool(point[1](back))


def either(entry: Point | None, point: Point | None) -> Point | None:
    """One operation where a function is entered and begins with one."""
    if entry is None or point is None:
        return point or entry
    (operation, shows), called_back = point, entry[1]
    if shows is None:
        return point
    return operation, lambda frame: shows(frame) or called_back(frame)


def _can_be(code: CodeType, handed_out: set[str]) -> bool:
    name = code.co_name
    if name == "<genexpr>":
        return True
    return (
        name == "<lambda>"
        or name in handed_out
        or bool(code.co_flags & GENERATOR)
        or (name.startswith("__") and name != "__init__")
    )


def is_executed(code: CodeType) -> bool:
    """Whether it is a text that a thread hands to exec: the statements of a file run in one thread, once."""
    return code.co_name == "<module>" and code.co_filename.startswith("<")
