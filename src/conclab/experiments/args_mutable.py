"""What a caller sees after a worker changed a mutable argument in place. Evidence, not a race of times."""

from __future__ import annotations

from conclab.model import Experiment, SightingPrediction, Variant

EVERY = frozenset({"list", "dict", "set", "object", "nested list", "tuple holding a list"})
INSIDE = frozenset({"nested list", "tuple holding a list"})
NONE: frozenset[str] = frozenset()

SHARED = SightingPrediction(
    EVERY, EVERY, "the worker is in the caller's interpreter and holds the very same object"
)
PICKLED = SightingPrediction(NONE, NONE, "the argument was pickled and sent: the worker changed a copy")
COPIED = SightingPrediction(
    frozenset({"tuple holding a list"}),
    INSIDE,
    "copy.copy makes a new outside around the same inside, and hands a tuple back as it is",
)
DEEP = SightingPrediction(NONE, NONE, "copy.deepcopy copies everything that can be changed")

EXPERIMENT = Experiment(
    question="Does the caller see it when a worker changes a mutable argument?",
    topic="arguments",
    workload="mutate-argument",
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
        Variant("copy.copy", "serial", "mutate-copy", workers=1, predict_sightings=COPIED),
        Variant("copy.deepcopy", "serial", "mutate-deepcopy", workers=1, predict_sightings=DEEP),
    ),
    lesson=(
        "Python passes objects, never copies of them: inside one interpreter the worker's name and the "
        "caller's name stand for the same list, so a change in place is seen by both, in threads and tasks "
        "as in a plain call. Between processes and interpreters the argument travels as bytes, and what "
        "the worker changes is its own. copy.copy protects the outside only; copy.deepcopy protects it all, "
        "and takes its time."
    ),
)
