"""Every execution of a scenario under one policy, failing ones too; explore() stops at the first that fails."""

from __future__ import annotations

from dataclasses import replace
from random import Random

from conclab.discovery import load
from conclab.explore.policy import Limits, Way
from conclab.explore.record import Record
from conclab.explore.search import Search, Wish
from conclab.explore.target import of_function


def executions(scenario, policy="exhaustive", preemptions=None, most=1_000_000, seed=0, before=lambda: None):
    """Yield the policy and each Run with its record, until the policy says that there is none left."""
    # Only the file of the scenario is under test: not what it calls to tell what it does.
    target = replace(of_function(scenario), only=frozenset({scenario.__code__.co_filename}))
    search = Search(target, Wish(), lambda *_: None)
    way = load("conclab.explore.policies", policy, Way)
    with search._scope():
        search._settle()
        layout = None
        while layout != search.executor.events.points.layout:
            layout = search.executor.events.points.layout
            found = []
            policy_now = way.make(Limits(preemptions, Random(seed)))
            last = None
            while policy_now.another(last):
                before()
                last = search.executor.execute(policy_now, record=Record())
                found.append((policy_now, last))
                yield policy_now, last, layout
                assert len(found) < most
                if search.executor.events.points.layout != layout:
                    break
