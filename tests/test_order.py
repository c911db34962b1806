"""The order of starts and ends is read off the spans, whatever the order in which they come."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from conclab.model import Span
from conclab.tracing.order import Turns, order


def span(task: int, start_ns: int, end_ns: int) -> Span:
    return Span(task, start_ns, end_ns, pid=1, thread=1, thread_name="")


def test_one_after_the_other_ends_as_it_started():
    """Three waits of unequal length in one thread."""
    assert order([span(0, 0, 3), span(1, 3, 5), span(2, 5, 6)]) == Turns(started=[0, 1, 2], ended=[0, 1, 2])


def test_side_by_side_the_shortest_ends_first():
    """The same three, started together."""
    assert order([span(0, 0, 30), span(1, 1, 21), span(2, 2, 12)]) == Turns(
        started=[0, 1, 2], ended=[2, 1, 0]
    )


def test_what_happens_at_once_keeps_the_order_of_the_batch():
    """A clock is only so fine."""
    assert order([span(2, 0, 1), span(0, 0, 1), span(1, 0, 1)]) == Turns(started=[0, 1, 2], ended=[0, 1, 2])


def test_no_task_has_no_order():
    """An empty batch."""
    assert order([]) == Turns(started=[], ended=[])


TIMES = st.lists(st.tuples(st.integers(0, 5), st.integers(0, 5)), max_size=8)


@given(TIMES, st.randoms())
def test_every_task_is_there_once_and_none_is_before_an_earlier_one(times, random):
    """By definition: the tasks in some order, along which times never fall."""
    spans = [span(task, start, start + length) for task, (start, length) in enumerate(times)]
    shuffled = random.sample(spans, len(spans))
    turns = order(shuffled)

    assert sorted(turns["started"]) == sorted(turns["ended"]) == list(range(len(spans)))
    starts = [spans[task].start_ns for task in turns["started"]]
    ends = [spans[task].end_ns for task in turns["ended"]]
    assert starts == sorted(starts)
    assert ends == sorted(ends)
    assert order(spans) == turns
