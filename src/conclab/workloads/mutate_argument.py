"""A worker changes its argument in place. Whether the caller sees the change is the question.

Here because the answer isn't "it depends on the type" and isn't "by value or by reference": it depends
on where the worker runs. In the caller's interpreter, worker and caller hold the same object. In another
process or another interpreter, the worker holds a copy that was packed and unpacked on the way.

One task for each kind of argument. `size` is how many elements each of them carries: copying them is the
price of the other process, and shows as time. Twins: mutate_copy, mutate_deepcopy, rebind_argument.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from itertools import islice
from operator import attrgetter
from typing import TYPE_CHECKING, Any

from conclab.here import interpreter_id
from conclab.model import Bound, Order, Sighting, Workload

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

MARK = "changed here"


@dataclass(repr=False)
class Box:
    """An ordinary object with two attributes."""

    label: str
    items: list[int]

    def __repr__(self) -> str:
        return f"Box(label={self.label!r}, items={glance(self.items)})"


VALUES: dict[str, Callable[[int], Any]] = {
    "list": lambda size: list(range(size)),
    "dict": lambda size: {number: number for number in range(size)},
    "set": lambda size: set(range(size)),
    "object": lambda size: Box("new", list(range(size))),
    "nested list": lambda size: [list(range(size))],
    "tuple holding a list": lambda size: (list(range(size)),),
}


@dataclass(frozen=True, slots=True)
class Parcel:
    """One argument, with the name of its kind and its text before anybody touched it."""

    case: str
    value: Any
    before: str


@dataclass(frozen=True, slots=True)
class Answer:
    """Where the worker ran, which object it held there, and what it saw in the end."""

    pid: int
    interpreter: int
    identity: int
    text: str


def run(parcel: Parcel) -> Answer:
    """Change the very object that arrived."""
    return work_on(parcel.case, parcel.value)


def work_on(case: str, value: Any) -> Answer:
    """Change the value and say which object that was."""
    change(case, value)
    return Answer(os.getpid(), interpreter_id(), id(value), glance(value))


def change(case: str, value: Any) -> None:
    """Change the value in place; no name is given another object."""
    match case:
        case "list":
            value.append(MARK)
        case "dict":
            value[MARK] = True
        case "set":
            value.add(MARK)
        case "object":
            value.label = MARK
        case "nested list" | "tuple holding a list":
            value[0].append(MARK)
        case _:
            raise AssertionError(case)


def arguments(order: Order) -> list[Parcel]:
    """One argument of each kind, however many tasks were ordered."""
    return parcels(VALUES, order.size)


def parcels(values: Mapping[str, Callable[[int], Any]], size: int) -> list[Parcel]:
    """Build a fresh value of each kind."""
    built = {case: build(size) for case, build in values.items()}
    return [Parcel(case, value, glance(value)) for case, value in built.items()]


def observe(arguments: Sequence[Parcel], answers: Sequence[Answer]) -> list[Sighting]:
    """Compare as the caller. Identity counts only within one interpreter of one process."""
    here = os.getpid(), interpreter_id()
    return [
        Sighting(
            case=parcel.case,
            before=parcel.before,
            after=(after := glance(parcel.value)),
            shared=(answer.pid, answer.interpreter, answer.identity) == (*here, id(parcel.value)),
            changed=after != parcel.before,
        )
        for parcel, answer in zip(arguments, answers, strict=True)
    ]


def glance(value: Any) -> str:
    """Give the value's text, cut down to both ends, where all the changes are made."""
    match value:
        case str() | bytes() if len(value) > 2 * len(MARK):
            dots: Any = "..." if isinstance(value, str) else b"..."
            return repr(value[:4] + dots + value[-len(MARK) :])
        case list():
            return f"[{_ends(value)}]"
        case tuple():
            return f"({_ends(value)}{',' if len(value) == 1 else ''})"
        case dict():
            return f"{{{_ends(value.items(), _pair)}}}"
        case (
            set() | frozenset()
        ):  # no order, so no ends: it holds the numbers from 0 on, and perhaps the mark
            marked = MARK in value
            inside = _ends(range(len(value) - marked)) + f", {MARK!r}" * marked
            return f"{{{inside}}}" if isinstance(value, set) else f"frozenset({{{inside}}})"
    return repr(value)


def _ends(items: Any, text: Callable[[Any], str] = glance) -> str:
    if len(items) <= 4:  # noqa: PLR2004 - two at each end
        return ", ".join(map(text, items))
    first, last = islice(items, 2), [*islice(reversed(items), 2)][::-1]
    return ", ".join([*map(text, first), "...", *map(text, last)])


def _pair(item: tuple[Any, Any]) -> str:
    return f"{item[0]!r}: {item[1]!r}"


WORKLOAD = Workload(
    run=run,
    arguments=arguments,
    bound=Bound.CPU,
    size=20_000,
    grows=False,
    observe=observe,
    answer=attrgetter("text"),
)
