from __future__ import annotations

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from conclab.tracing.calls import Call
from conclab.tracing.holders import Hold, handovers, innermost

nested = st.lists(st.tuples(st.integers(0, 60), st.integers(1, 40)), max_size=12).map(
    lambda pairs: [Call(start, start + length, f"{start}+{length}") for start, length in pairs]
)


@given(nested)
def test_at_every_moment_the_innermost_call_is_the_latest_still_open(calls):
    """Checked moment by moment, for calls that nest."""
    calls = [
        call for number, call in enumerate(calls) if not any(_cross(call, other) for other in calls[:number])
    ]
    parts = list(innermost(calls))
    assert all(early.end_ns <= late.start_ns for early, late in pairwise(parts))
    for moment in range(110):
        open_now = [call for call in calls if call.start_ns <= moment < call.end_ns]
        expected = {call.name for call in open_now if call.end_ns - call.start_ns == _shortest(open_now)}
        assert {part.name for part in parts if part.start_ns <= moment < part.end_ns} == expected


def _cross(one, other):
    first, second = sorted([one, other], key=lambda call: (call.start_ns, -call.end_ns))
    return second.start_ns < first.end_ns < second.end_ns or (one.start_ns, one.end_ns) == (
        other.start_ns,
        other.end_ns,
    )


def _shortest(calls):
    return min(call.end_ns - call.start_ns for call in calls)


def test_a_handover_goes_to_another_thread():
    """Taking it back after a pause is none."""
    holds = [Hold(number, number + 1, thread) for number, thread in enumerate([1, 1, 2, 2, 1, 3, 3])]
    assert handovers(holds) == 3
    assert handovers([]) == 0
