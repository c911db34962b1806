"""Every execution of a scenario under one policy, failing ones too; explore() stops at the first of those."""

from __future__ import annotations

from dataclasses import replace
from random import Random

from conclab.discovery import load
from conclab.explore.policy import Limits, Way
from conclab.explore.record import Record
from conclab.explore.search import Search, Wish
from conclab.explore.target import of_function


def executions(scenario, policy="exhaustive", preemptions=None, *, before=lambda: None):
    """Yield each Run that came to its end, until the policy says that it has tried everything."""
    # Only the file of the scenario is under test: not what it calls to tell what it does.
    target = replace(of_function(scenario), only=frozenset({scenario.__code__.co_filename}))
    search = Search(target, Wish(), lambda *_: None)
    with search._scope():
        search._settle()
        points = search.executor.events.points
        way = load("conclab.explore.policies", policy, Way)
        deciding = way.make(Limits(preemptions, Random(0)))
        layout, last = points.layout, None
        while deciding.another(last):
            before()
            last = search.executor.execute(deciding, record=Record())
            assert points.layout == layout, "the default schedule meets all code"
            if not last.cut:
                yield last
        assert deciding.exhausted
