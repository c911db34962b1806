"""The twin of args_mutable: the worker rebinds an immutable argument, as in `value += 1`."""

from __future__ import annotations

from conclab.model import Experiment, SightingPrediction, Variant

EVERY = frozenset({"int", "float", "str", "tuple", "bytes", "frozenset", "tuple holding a list"})
TRAP = frozenset({"tuple holding a list"})
NONE: frozenset[str] = frozenset()

SHARED = SightingPrediction(
    EVERY,
    TRAP,
    "the same object, but += gave the worker's name another one; only the list inside the tuple changed",
)
PICKLED = SightingPrediction(NONE, NONE, "the argument was pickled and sent: the worker held a copy")
COPIED = SightingPrediction(EVERY, TRAP, "copy.copy hands an immutable object back as it is")
DEEP = SightingPrediction(
    EVERY - TRAP - {"frozenset"},
    NONE,
    "copy.deepcopy hands back plain values and tuples of them; it copies a frozenset, needed or not",
)

EXPERIMENT = Experiment(
    question="Does the caller see it when a worker rebinds an immutable argument?",
    topic="arguments",
    workload="rebind-argument",
    workers=2,
    variants=(
        Variant("serial", workers=1, predict_sightings=SHARED),
        Variant("threads", predict_sightings=SHARED),
        Variant("asyncio", predict_sightings=SHARED),
        Variant("uvloop", predict_sightings=SHARED),
        Variant("asyncio-to-thread", predict_sightings=SHARED),
        Variant("processes", predict_sightings=PICKLED),
        Variant("processes-forkserver", predict_sightings=PICKLED),
        Variant("processes-fork", predict_sightings=PICKLED),
        Variant("interpreters", predict_sightings=PICKLED),
        Variant("copy.copy", "serial", "rebind-copy", workers=1, predict_sightings=COPIED),
        Variant("copy.deepcopy", "serial", "rebind-deepcopy", workers=1, predict_sightings=DEEP),
    ),
    lesson=(
        "An immutable object can be shared without a lock, because nobody can change it: += makes a new "
        "object and hands it to the worker's own name, and the caller's name stays where it was. The trap "
        "is the tuple that holds a list: the tuple can't be changed, the list in it can. value[0] += [x] "
        "even raises a TypeError and changes the list all the same."
    ),
)
