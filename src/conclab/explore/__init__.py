"""Deterministic schedules for threads and asyncio: finds the interleaving that fails, and replays it.

Real code, real threads, one of them running at a time; a scheduler decides every switch.

    from conclab.explore import explore

    def test_counter():
        explore(scenario).assert_holds()
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from conclab.explore.outcome import FailureKind, Verdict

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from conclab.explore.result import Result

__all__ = [
    "FailureKind",
    "Verdict",
    "always",
    "explore",
    "explored",
    "linearizable",
    "replay",
    "together",
]


def explore(
    scenario: Callable[[], Any] | str,
    *,
    policy: str = "default",
    preemptions: int | None = 2,
    budget: int = 10_000,
    seed: int = 0,
    timeout_s: float | None = None,
    code: Iterable[Any] = (),
) -> Result:
    """Search the schedules of a scenario for one that fails.

    `scenario` is a function without parameters (a coroutine function too) that makes its objects, runs its
    threads or tasks to their end and asserts; or `"file.py:function"`, which is run afresh each time, with
    its globals. `preemptions` bounds the switches away from a thread that could go on (None: any number),
    `budget` the number of schedules. `code`: modules, functions or files that count as under test although
    they are installed packages. Raises BadRequestError for a target that does not exist.
    """
    from conclab.explore.search import Search, Wish  # noqa: PLC0415

    wish = Wish(policy=policy, preemptions=preemptions, budget=budget, seed=seed, timeout_s=timeout_s)
    return Search(_target(scenario, code), wish, _silent).explore()


def explored(
    function: Callable[..., Any] | None = None, *, sample: bool = False, **wish: Any
) -> Callable[..., Any]:
    """Make a test of which every call explores its body, with the arguments it was given.

    Below hypothesis's `given`, inputs are drawn by hypothesis and schedules by conclab, and both are made
    small when a test fails. The options are those of `explore`. Fails unless every schedule up to the bound
    was tried; with `sample=True`, a sample that shows no failure is enough.

        @given(st.lists(st.integers(), max_size=3))
        @explored(preemptions=1)
        def test_total(prices): ...
    """
    from functools import wraps  # noqa: PLC0415

    def decorate(test: Callable[..., Any]) -> Callable[..., Any]:
        @wraps(test)
        def explored_test(*args: Any, **kwargs: Any) -> None:
            __tracebackhide__ = True

            def scenario() -> Any:
                return test(*args, **kwargs)

            scenario.__qualname__ = test.__qualname__
            result = explore(scenario, code=(test,), **wish)
            if sample:
                result.assert_survives()
            else:
                result.assert_holds()

        return explored_test

    return decorate if function is None else decorate(function)


def linearizable(make: Callable[[], Any], *threads: Iterable[Iterable[Any]], **wish: Any) -> Result:
    """Explore concurrent calls on one object, and compare them with the same calls one after the other.

    `make` makes the object; each thread is a list of calls, a call is the name of a method and its
    arguments. A schedule fails if no order of the calls gives the results that the threads saw. The options
    are those of `explore`. Raises BadRequestError for more than 5,000 orders.

        linearizable(Stack, [("push", 1), ("pop",)], [("push", 2)]).assert_holds()
    """
    from conclab.explore.linear import Check  # noqa: PLC0415

    check = Check(make, [[tuple(call) for call in thread] for thread in threads])
    code = (make,) if hasattr(make, "__code__") or isinstance(make, type) else ()
    explore(check.sequentially, policy="plan", budget=1, code=code)
    return explore(check.concurrently, code=code, **wish)


def replay(scenario: Callable[[], Any] | str, code: str) -> Result:
    """Execute one schedule again, from its code. Raises BadRequestError if the source has changed."""
    from conclab.explore.search import Search, Wish  # noqa: PLC0415

    return Search(_target(scenario, ()), Wish(), _silent).replay(code)


def _target(scenario: Callable[[], Any] | str, code: Iterable[Any]) -> Any:
    from conclab.explore.target import of_function, parse  # noqa: PLC0415

    if isinstance(scenario, str):
        file, name = parse(scenario)
        return file.target(name or "scenario")
    return of_function(scenario, code)


def _silent(done: int, budget: int) -> None:
    pass


def together(*functions: Callable[[], Any]) -> list[Any]:
    """Run functions side by side, each in a thread, and wait for all; returns what they returned.

    Nothing happens between their starts: of three functions of two visible steps each there are exactly 90
    schedules. What one of them raises is raised there, and is a finding.
    """
    from conclab.explore.helpers import run_together  # noqa: PLC0415

    return run_together(functions)


def always(holds: Callable[[], Any], *, unless: Any = None) -> None:
    """Check this at every step of the execution from now on, but not while the lock `unless` is taken."""
    from conclab.explore.helpers import check_always  # noqa: PLC0415

    check_always(holds, unless)
