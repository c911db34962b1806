"""pytest: the marker `explore` makes a test's body a scenario; the fixture `explore` explores any other.

    @pytest.mark.explore(preemptions=1)
    def test_counter(): ...

    def test_cache(explore):
        explore(two_readers).assert_holds()

The body runs once for each schedule, with the same fixtures each time: what it changes it must make itself.
"""

from __future__ import annotations

import inspect
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable

    from conclab.explore.result import Result

GROUP = "conclab explore"


def pytest_addoption(parser: pytest.Parser) -> None:
    """Options for all explorations of a session."""
    group = parser.getgroup(GROUP)
    group.addoption("--explore-budget", type=int, metavar="N", help="schedules to try for each scenario")
    group.addoption("--explore-seed", type=int, metavar="N", help="seed of what is random in the search")
    group.addoption("--explore-replay", metavar="CODE", help="execute this schedule instead of searching")


def pytest_configure(config: pytest.Config) -> None:
    """Make the marker known."""
    config.addinivalue_line(
        "markers",
        "explore(preemptions=2, budget=10000, policy='default', sample=False): run the test under every "
        "schedule of its threads or asyncio tasks; with sample=True a sample is enough",
    )


@pytest.fixture
def explore(pytestconfig: pytest.Config) -> Callable[..., Result]:
    """conclab.explore.explore, with the options of the command line."""

    def explore_scenario(scenario: Callable[[], Any] | str, **wish: Any) -> Result:
        from conclab.explore import explore as search  # noqa: PLC0415
        from conclab.explore import replay  # noqa: PLC0415

        code = pytestconfig.getoption("explore_replay")
        return replay(scenario, code) if code else search(scenario, **(wish | _options(pytestconfig)))

    return explore_scenario


@pytest.hookimpl(tryfirst=True)
def pytest_pyfunc_call(pyfuncitem: pytest.Function) -> bool | None:
    """Explore a test that carries the marker."""
    marker = pyfuncitem.get_closest_marker("explore")
    if marker is None:
        return None
    wish = dict(marker.kwargs)
    sample = wish.pop("sample", False)
    _explore(pyfuncitem, wish, sample=sample)
    return True


def _explore(item: pytest.Function, wish: dict[str, Any], *, sample: bool) -> None:
    from conclab.errors import ConclabError  # noqa: PLC0415
    from conclab.explore import explore as search  # noqa: PLC0415
    from conclab.explore import replay  # noqa: PLC0415

    test = item.obj
    arguments = {name: item.funcargs[name] for name in item._fixtureinfo.argnames}

    async def in_asyncio() -> Any:
        return await test(**arguments)

    def plain() -> Any:
        return test(**arguments)

    scenario: Any = in_asyncio if inspect.iscoroutinefunction(test) else plain
    scenario.__qualname__ = item.name
    code = item.config.getoption("explore_replay")
    try:
        if code:
            result = replay(scenario, code)
        else:
            result = search(scenario, code=(item.path,), **(wish | _options(item.config)))
        if sample or code:
            result.assert_survives()
        else:
            result.assert_holds()
    except (AssertionError, ConclabError) as answer:
        text = str(answer).replace(
            f"conclab explore {item.name} --replay", f"pytest {item.nodeid!r} --explore-replay"
        )
    else:
        return
    pytest.fail(text, pytrace=False)


def _options(config: pytest.Config) -> dict[str, Any]:
    given = {"budget": config.getoption("explore_budget"), "seed": config.getoption("explore_seed")}
    return {name: value for name, value in given.items() if value is not None}
