"""A worker copies its immutable argument with copy.copy, then rebinds the name of the copy.

Here because there is no copy: an immutable can be handed out as it is, so copy.copy returns the object
that it was given. Careful code pays nothing for it, and gains nothing for the tuple that holds a list.

`size` as in rebind_argument, whose twin this is.
"""

from __future__ import annotations

from copy import copy
from dataclasses import replace
from typing import TYPE_CHECKING

from conclab.workloads import rebind_argument
from conclab.workloads.rebind_argument import work_on

if TYPE_CHECKING:
    from conclab.workloads.mutate_argument import Answer, Parcel


def run(parcel: Parcel) -> Answer:
    """Rebind a name of what copy.copy returned."""
    return work_on(parcel.case, copy(parcel.value))


WORKLOAD = replace(rebind_argument.WORKLOAD, run=run)
