"""Is a shared object as good as its own sequential self? Concurrent calls, checked against every order.

Herlihy and Wing, "Linearizability: a correctness condition for concurrent objects", 1990: the results of
concurrent calls must be those of some order of the same calls, one after the other, in which a call that had
returned before another began comes before it. As Lincheck does for the JVM, the specification is the class
itself, used by one thread.
"""

from __future__ import annotations

import threading
from math import factorial, prod
from typing import TYPE_CHECKING, Any

from conclab.errors import BadRequestError
from conclab.explore.helpers import run_together
from conclab.explore.outcome import WrongResultError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    Call = Sequence[Any]  # name of the method, then its arguments
    Threads = Sequence[Sequence[Call]]
    Order = tuple[tuple[int, int], ...]  # thread and position in it, one for each call

MOST_ORDERS = 5_000
BLOCKED = "blocks for ever"
WAIT_S = 1.0  # of virtual time: it is over when nobody can go on


class Check:
    """One object, and the calls that threads make on it."""

    def __init__(self, make: Callable[[], Any], threads: Threads) -> None:
        self.make = make
        self.__qualname__ = f"linearizable({getattr(make, '__qualname__', make)})"
        self.threads = [[tuple(call) for call in thread] for thread in threads]
        count = factorial(sum(map(len, self.threads))) // prod(factorial(len(one)) for one in self.threads)
        if count > MOST_ORDERS:
            raise BadRequestError(
                f"these calls have {count:,} orders; {MOST_ORDERS:,} are the most: use fewer threads or calls"
            )
        self.allowed: dict[Order, tuple[str, ...]] = {}

    # ---- the specification

    def sequentially(self) -> None:
        """A scenario: every order, one call after the other, each on an object of its own."""
        for order in _orders([len(thread) for thread in self.threads]):
            results: list[str] = []
            thread = threading.Thread(target=self._one_by_one, args=(order, results), daemon=True)
            thread.start()
            thread.join(WAIT_S)  # a call that waits for another one that comes later: no order at all
            if len(results) == len(order):
                self.allowed[order] = tuple(results)

    def _one_by_one(self, order: Order, results: list[str]) -> None:
        obj = self.make()
        for thread, position in order:
            results.append(_result(obj, self.threads[thread][position]))

    # ---- the test

    def concurrently(self) -> None:
        """A scenario: the threads side by side. Raises WrongResultError if no order gives their results."""
        obj = self.make()
        history: list[tuple[str, int, int]] = []
        results: dict[tuple[int, int], str] = {}

        def caller(thread: int) -> Callable[[], None]:
            def calls() -> None:
                for position, call in enumerate(self.threads[thread]):
                    history.append(("call", thread, position))
                    results[thread, position] = _result(obj, call)
                    history.append(("return", thread, position))

            calls.__name__ = f"caller-{thread + 1}"
            return calls

        run_together([caller(thread) for thread in range(len(self.threads))])
        before = _precedence(history)
        for order, expected in self.allowed.items():
            if all(results[call] == one for call, one in zip(order, expected, strict=True)) and _keeps(
                order, before
            ):
                return
        raise WrongResultError(self._words(results))

    def _words(self, results: dict[tuple[int, int], str]) -> str:
        calls = "; ".join(
            f"caller-{number + 1}: "
            + ", ".join(
                f"{_text(call)} -> {results[number, position]}" for position, call in enumerate(thread)
            )
            for number, thread in enumerate(self.threads)
        )
        return f"no order of these calls, one after the other, gives these results: {calls}"


def _result(obj: Any, call: Call) -> str:
    """What a call returned or raised, as text: results of different objects must compare."""
    name, *arguments = call
    try:
        return repr(getattr(obj, name)(*arguments))
    except Exception as error:  # noqa: BLE001 - an exception is a result like any other
        return f"{type(error).__name__}({', '.join(map(repr, error.args))})"


def _orders(lengths: Sequence[int]) -> Iterator[Order]:
    """All interleavings of so many calls."""
    if not any(lengths):
        yield ()
        return
    yield from _longer(list(lengths), [0] * len(lengths))


def _longer(lengths: list[int], done: list[int]) -> Iterator[Order]:
    if done == lengths:
        yield ()
        return
    for thread, length in enumerate(lengths):
        if done[thread] < length:
            first = (thread, done[thread])
            done[thread] += 1
            for rest in _longer(lengths, done):
                yield (first, *rest)
            done[thread] -= 1


def _precedence(history: Sequence[tuple[str, int, int]]) -> set[tuple[tuple[int, int], tuple[int, int]]]:
    """Pairs of calls of which the first had returned before the second began."""
    returned: list[tuple[int, int]] = []
    pairs = set()
    for what, thread, position in history:
        if what == "return":
            returned.append((thread, position))
        else:
            pairs |= {(one, (thread, position)) for one in returned}
    return pairs


def _keeps(order: Order, before: set[tuple[tuple[int, int], tuple[int, int]]]) -> bool:
    place = {call: number for number, call in enumerate(order)}
    return all(place[one] < place[other] for one, other in before)


def _text(call: Call) -> str:
    return f"{call[0]}({', '.join(map(repr, call[1:]))})"
