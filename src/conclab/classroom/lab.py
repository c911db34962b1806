"""What the tests of a lab import: `from conclab.classroom import lab`. See docs/labs.md."""

from __future__ import annotations

from typing import TYPE_CHECKING

from conclab.classroom.faults import StudentError
from conclab.classroom.hosted.base import OperationError
from conclab.classroom.model import Visibility

if TYPE_CHECKING:
    from typing import Any

__all__ = ["OperationError", "StudentError", "Visibility", "case", "schedules"]


def case(
    title: str,
    *,
    points: float,
    explain: str = "",
    task: int | None = None,
    visibility: Visibility | str | None = None,
) -> Any:
    """Declare a test: every one needs it. Of a hidden test that failed a student reads `explain` alone."""
    import pytest  # noqa: PLC0415 - of an extra

    return pytest.mark.lab_case(title=title, points=points, explain=explain, task=task, visibility=visibility)


def schedules(*, preemptions: int | None = 2, budget: int = 200) -> Any:
    """Run the test once for each order of steps, with a new `stage` each time: the body is the scenario."""
    import pytest  # noqa: PLC0415 - of an extra

    return pytest.mark.lab_schedules(preemptions=preemptions, budget=budget)
