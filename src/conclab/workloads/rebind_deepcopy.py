"""A worker copies its immutable argument with copy.deepcopy, then rebinds the name of the copy.

Here for the tuple that holds a list: only a deep copy keeps that list private. Around objects that are
immutable to the core, copy.deepcopy looks at every element to find out, and then returns the object that
it was given. One exception is an accident of the library: a frozenset is copied all the same.

`size` as in rebind_argument, whose twin this is.
"""

from __future__ import annotations

from copy import deepcopy
from dataclasses import replace
from typing import TYPE_CHECKING

from conclab.workloads import rebind_argument
from conclab.workloads.rebind_argument import work_on

if TYPE_CHECKING:
    from conclab.workloads.mutate_argument import Answer, Parcel


def run(parcel: Parcel) -> Answer:
    """Rebind a name of what copy.deepcopy returned."""
    return work_on(parcel.case, deepcopy(parcel.value))


WORKLOAD = replace(rebind_argument.WORKLOAD, run=run)
