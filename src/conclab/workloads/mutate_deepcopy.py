"""A worker copies its argument with copy.deepcopy, then changes the copy in place.

Here because it is the cure that always works: the worker's changes stay private wherever it runs. It has
a price, paid in pure Python for every element: compare the times with mutate_copy's.

`size` as in mutate_argument, whose twin this is.
"""

from __future__ import annotations

from copy import deepcopy
from dataclasses import replace

from conclab.workloads import mutate_argument
from conclab.workloads.mutate_argument import Answer, Parcel, work_on


def run(parcel: Parcel) -> Answer:
    """Change a deep copy of what arrived."""
    return work_on(parcel.case, deepcopy(parcel.value))


WORKLOAD = replace(mutate_argument.WORKLOAD, run=run)
