"""A worker copies its argument with copy.copy, then changes the copy in place.

Here because a shallow copy is half a cure. It protects the outermost object alone: what lies inside a
list or tuple is still the caller's, in the caller's interpreter. And a tuple isn't copied at all, as
copy.copy sees that it can't be changed, and doesn't look inside.

`size` as in mutate_argument, whose twin this is.
"""

from __future__ import annotations

from copy import copy
from dataclasses import replace

from conclab.workloads import mutate_argument
from conclab.workloads.mutate_argument import Answer, Parcel, work_on


def run(parcel: Parcel) -> Answer:
    """Change a shallow copy of what arrived."""
    return work_on(parcel.case, copy(parcel.value))


WORKLOAD = replace(mutate_argument.WORKLOAD, run=run)
