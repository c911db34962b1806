"""What asyncio can't do: make computing faster, or keep a loop alive while something computes."""

from __future__ import annotations

from conclab.model import Circumstances, Experiment, Prediction, Variant, about_one, in_parallel


def asyncio(_: Circumstances) -> Prediction:
    """Nothing here ever awaits."""
    return about_one("one thread: a coroutine that computes keeps the loop until it is done", low=0.9)


def uvloop(_: Circumstances) -> Prediction:
    """The loop is faster, but it has nothing to do."""
    return about_one("a faster loop does not compute faster: it has nothing to do here", low=0.9)


def to_thread(here: Circumstances) -> Prediction:
    """The GIL decides, as with threads."""
    if here.gil:
        return about_one("the loop stays free, but the threads still share one GIL", low=0.7)
    return in_parallel(here, "the threads share no GIL")


def processes(here: Circumstances) -> Prediction:
    """Cores decide."""
    return in_parallel(here, "every process has a GIL of its own")


EXPERIMENT = Experiment(
    question="Does async make CPU-bound Python faster?",
    topic="asyncio",
    workload="count-primes",
    variants=(
        Variant("serial", workers=1),
        Variant("asyncio", predict=asyncio),
        Variant("uvloop", predict=uvloop),
        Variant("asyncio-to-thread", predict=to_thread),
        Variant("processes", predict=processes),
    ),
    lesson=(
        "Asynchronous is about waiting, not about computing. A coroutine gives way where it awaits; one "
        "that computes never awaits, so its siblings stand still and nothing gets faster. asyncio.to_thread "
        "keeps the loop answering, and the GIL still lets one thread compute at a time. For more speed the "
        "work has to leave the interpreter."
    ),
)
