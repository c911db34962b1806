"""Without an observer, the tasks' own clocks say how long each thread had a CPU, and no more."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from conclab.gil import derived
from conclab.gil.states import Layer, State
from conclab.model import Span


def span(start, end, cpu=0, *, thread=7, pid=1, task=0):
    return Span(task, start, end, pid, thread, f"thread-{thread}", cpu_ns=cpu)


def test_tasks_of_one_thread_one_after_the_other_are_summed():
    spans = [span(0, 10, 2_000_000_000), span(10, 30, 500_000_000), span(5, 9, 7_000_000_000, thread=8)]
    assert derived.on_cpu_s(spans) == {7: 2.5, 8: 7.0}


def test_tasks_that_overlap_are_not_counted_twice():
    """Each counts what the other used meanwhile: neither their sum nor one of them is the truth."""
    assert derived.on_cpu_s([span(0, 10, 4), span(5, 15, 4)]) == {7: None}


def test_a_task_that_spans_the_others_speaks_for_all():
    spans = [span(0, 20, 4_000_000_000), span(1, 5, 1_000_000_000), span(3, 20, 2_000_000_000)]
    assert derived.on_cpu_s(spans) == {7: 4.0}


def test_what_the_platform_can_not_tell_stays_unknown():
    assert derived.on_cpu_s([span(0, 10, 4), span(10, 20, None)]) == {7: None}


@given(st.lists(st.tuples(st.integers(0, 100), st.integers(1, 30)), min_size=1, max_size=12))
def test_the_drawn_stretches_cover_the_tasks_and_claim_nothing(tasks):
    """In order of time, apart from each other, UNKNOWN all of them: exactly the union of the spans."""
    seen = derived.observation([span(start, start + length) for start, length in tasks])
    stretches = seen.threads[7]
    covered = {at for stretch in stretches for at in range(stretch.start_ns, stretch.end_ns)}
    assert covered == {at for start, length in tasks for at in range(start, start + length)}
    assert sum(stretch.end_ns - stretch.start_ns for stretch in stretches) == len(covered)
    assert [stretch.start_ns for stretch in stretches] == sorted(stretch.start_ns for stretch in stretches)
    assert {stretch.state for stretch in stretches} == {State.UNKNOWN}


def test_each_process_is_an_observation_of_its_own():
    seen = derived.observations([span(3, 4, pid=9), span(0, 2, pid=5), span(1, 8, pid=9)], because="no /proc")
    assert [(one.pid, one.start_ns, one.end_ns) for one in seen] == [(5, 0, 2), (9, 1, 8)]
    assert {(one.layer, one.because, one.names[7]) for one in seen} == {
        (Layer.DERIVED, "no /proc", "thread-7")
    }
