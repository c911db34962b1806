"""A worker gives its argument's name another object, as `value += 1` does.

Here as the twin of mutate_argument. The worker may well hold the caller's own object; but += on an
immutable makes another object and hands the worker's name over to it, and the caller's name stays where
it was. So immutables are safe to share between threads.

One case is a trap: a tuple that holds a list. `value[0] += [x]` raises TypeError, as a tuple takes no
assignment, yet the list has grown by then. Immutable is the tuple, not what is in it.

`size` is how many elements each argument carries, a number apart. Twins: rebind_copy, rebind_deepcopy.
"""

from __future__ import annotations

import os
from contextlib import suppress
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from conclab.here import interpreter_id
from conclab.workloads import mutate_argument
from conclab.workloads.mutate_argument import MARK, Answer, Parcel, glance, parcels

if TYPE_CHECKING:
    from collections.abc import Callable

    from conclab.model import Order

# Made at run time: small integers and literals are shared within an interpreter even by strangers.
VALUES: dict[str, Callable[[int], Any]] = {
    "int": lambda _: int("1000000007"),
    "float": lambda _: float("2.5"),
    "str": lambda size: "".join(str(number % 10) for number in range(size)),
    "tuple": lambda size: tuple(range(size)),
    "bytes": lambda size: bytes(48 + number % 10 for number in range(size)),
    "frozenset": lambda size: frozenset(range(size)),
    "tuple holding a list": lambda size: (list(range(size)),),
}


def run(parcel: Parcel) -> Answer:
    """Rebind a name of the very object that arrived."""
    return work_on(parcel.case, parcel.value)


def work_on(case: str, value: Any) -> Answer:
    """Rebind the name, and say which object it named before."""
    identity = id(value)
    value = rebound(case, value)
    return Answer(os.getpid(), interpreter_id(), identity, glance(value))


def rebound(case: str, value: Any) -> Any:
    """Return what the name stands for in the end: another object, in all cases but the last."""
    match case:
        case "int" | "float":
            value += 1
        case "str":
            value += MARK
        case "bytes":
            value += MARK.encode()
        case "tuple":
            value += (MARK,)
        case "frozenset":
            value |= {MARK}
        case "tuple holding a list":
            with suppress(TypeError):  # raised by the assignment, after the list has grown in place
                value[0] += [MARK]
        case _:
            raise AssertionError(case)
    return value


def arguments(order: Order) -> list[Parcel]:
    """One argument of each kind, however many tasks were ordered."""
    return parcels(VALUES, order.size)


WORKLOAD = replace(mutate_argument.WORKLOAD, run=run, arguments=arguments)
