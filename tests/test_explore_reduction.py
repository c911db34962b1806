"""A reduced search reaches whatever the search of every schedule reaches, in small programs of all sorts."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from exhausting import executions
from generated_programs import MORE, build, draw, source, trimmed

INTERLEAVINGS = 60  # about so many, without a bound
programs = st.tuples(
    st.randoms(use_true_random=False), st.sets(st.sampled_from(range(len(MORE))), max_size=2)
)
few = settings(derandomize=True, deadline=None, max_examples=12, suppress_health_check=list(HealthCheck))


def drawn(found):
    """A program and its source."""
    rng, kinds = found
    return source(trimmed(draw(rng, [MORE[kind] for kind in sorted(kinds)]), INTERLEAVINGS))


def reached(text, policy, bound, *, classes):
    """How the executions under that policy end: what each task saw, what was left, what failed."""
    scenario, told = build(text)
    found = set()
    for run in executions(scenario, policy, bound, before=told.clear):
        failed = None if run.failure is None else (run.failure.kind, run.failure.summary)
        found.add((told.classified() if classes else told.outcome(), failed))
    return found


@few
@given(programs)
def test_every_class_is_tried_without_a_bound(found):
    """Told by what the program itself writes down, and not by the engine's own records."""
    text = drawn(found)

    assert reached(text, "reduced", None, classes=True) == reached(text, "exhaustive", None, classes=True)


@pytest.mark.parametrize("bound", [None, 0, 1, 2])
@few
@given(programs)
def test_every_outcome_is_reached_within_the_bound(bound, found):
    """A state that is not gone on from a second time could have led to nothing else."""
    text = drawn(found)

    assert reached(text, "states", bound, classes=False) == reached(text, "exhaustive", bound, classes=False)
