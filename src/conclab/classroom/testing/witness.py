"""The witness: conclab.explore in the submission's own process, for private state that the grader can't see.

It shares that process with the submission, so what it says in favour is worth nothing, and what it says
against takes the point away.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from conclab.classroom.faults import WitnessFault, clean

LONGEST, LINES = 20_000, 400

if TYPE_CHECKING:
    from conclab.classroom.testing.student import Student


def testify(student: Student, scenario: str, *, preemptions: int, budget: int) -> None:
    """Have a worker of its own explore the scenario. Raises WitnessFault, or the Fault that it ended with."""
    told: dict[str, Any] = student.witness(scenario, preemptions=preemptions, budget=budget)
    if told.get("verdict") == "holds" or (told.get("verdict") == "unclear" and not told.get("summary")):
        return  # every schedule, or a sample of them: no reason to take anything away
    fault = WitnessFault(str(told.get("summary") or "the witness gave no answer that can be read"))
    fault.columns = clean(told.get("text", ""), LONGEST, lines=LINES)
    raise fault
