"""Shared values: one, or several by name. Reading is a step and writing is another."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar

from conclab.classroom.hosted.base import Ask, Hosted, OperationError, shown
from conclab.explore.operation import Kind

if TYPE_CHECKING:
    from collections.abc import Mapping

ACCESS = {"get": Kind.LOAD, "set": Kind.STORE}


@dataclass(frozen=True, slots=True)
class Touch:
    """One read or write, as the grader saw it."""

    task: str
    writes: bool
    field: str
    value: Any
    held: tuple[str, ...] = ()  # names of the locks that the task had


def _held(ask: Ask) -> tuple[str, ...]:
    return tuple(lock.name for lock in ask.task.held)


class Cell(Hosted):
    """One value. `touches` is what was done with it, in order."""

    kind = "cell"
    operations: ClassVar[Mapping[str, Kind]] = ACCESS

    def __init__(self, value: Any = None, name: str = "") -> None:
        super().__init__(name)
        self.value = value
        self.touches: list[Touch] = []

    @property
    def writes(self) -> list[Touch]:
        """The writes, in order."""
        return [touch for touch in self.touches if touch.writes]

    @property
    def reads(self) -> list[Touch]:
        """The reads, in order."""
        return [touch for touch in self.touches if not touch.writes]

    def do_get(self, ask: Ask) -> Any:
        """Read."""
        ask.reads = [(f"{self.name}.value", shown(self.value))]
        self.touches.append(
            Touch(ask.task.name, writes=False, field="value", value=self.value, held=_held(ask))
        )
        return self.value

    def do_set(self, ask: Ask, value: Any) -> None:
        """Write."""
        ask.writes = [(f"{self.name}.value", shown(value))]
        self.touches.append(Touch(ask.task.name, writes=True, field="value", value=value, held=_held(ask)))
        self.value = value


class Record(Hosted):
    """Fields by name; no other can be read or made. `fields` are their values, `touches` what was done.

    What is `fixed` never changes, so that reading it is no step: names, locks, other hosted things.
    """

    kind = "record"
    operations: ClassVar[Mapping[str, Kind]] = ACCESS

    def __init__(self, fields: dict[str, Any], fixed: dict[str, Any], name: str = "") -> None:
        super().__init__(name)
        self.fields = dict(fields)
        self.fixed = dict(fixed)
        self.touches: list[Touch] = []

    def __getattr__(self, field: str) -> Any:
        fields = self.__dict__.get("fixed", {}) | self.__dict__.get("fields", {})
        if field not in fields:
            raise AttributeError(f"no field {field!r}")
        return fields[field]

    def spec(self) -> dict[str, Any]:
        """The stand-in knows what is fixed."""
        return {"k": self.kind, "fixed": self.fixed}

    def do_get(self, ask: Ask, field: Any) -> Any:
        """Read one."""
        value = self.fields[self._known(field)]
        ask.reads = [(f"{self.name}.{field}", shown(value))]
        self.touches.append(Touch(ask.task.name, writes=False, field=field, value=value, held=_held(ask)))
        return value

    def do_set(self, ask: Ask, field: Any, value: Any) -> None:
        """Write one."""
        self.fields[self._known(field)] = value
        ask.writes = [(f"{self.name}.{field}", shown(value))]
        self.touches.append(Touch(ask.task.name, writes=True, field=field, value=value, held=_held(ask)))

    def _known(self, field: Any) -> str:
        if type(field) is not str or field not in self.fields:
            raise OperationError("AttributeError", f"{self.name} has no field {shown(field)}")
        return field
