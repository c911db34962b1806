"""The convoy: a thread that waits for the network, beside a thread that computes.

The predictions follow from the switch interval. A thread that has its answer must take the GIL again; one
that computes gives it up only when asked, and it is asked when the interval (5 ms) is over. That needs a
wait in which the neighbour can take the GIL. With a server that answered at once (0.1 ms) the same
reasoning predicted 0.01 to 0.1 and was wrong: whoever waited was often back before the neighbour was
awake, and two runs gave 0.02 and 0.11. And beside a process, predicted from 0.5 on, it was 0.35 to 0.39:
three processes on two CPUs, and what waking costs was most of so short a trip. So the server takes a
millisecond.
"""

from __future__ import annotations

from conclab.model import Circumstances, Experiment, Prediction, Variant

# A round trip takes 1.1 to 2.2 ms: the server's timer counts in milliseconds, and asking costs something.
# The neighbour adds one interval of 5 ms when the answer is there, or two, when it takes the GIL at the
# sending as well: 1.1 / (1.1 + 2 * 5) = 0.10 at worst, 2.2 / (2.2 + 5) = 0.31 at best.
CONVOY = (0.1, 0.31)
# On one core the server needs it too, and waits for a slice of 4 ms at each of three wakings at worst:
# 1.1 / (1.1 + 3 * 4 + 2 * 5) with a GIL, 1.1 / (1.1 + 3 * 4) without.
CONVOY_ON_ONE_CORE = (0.05, 0.31)
ONE_CORE = (0.08, 1.1)
# Client and server take turns, so that one core is enough for both. But two CPUs may be one core, which
# halves its speed, and with two CPUs the system may wake one of them where the neighbour computes.
ROOM = (0.5, 1.1)


def beside_thread(here: Circumstances) -> Prediction:
    """The GIL decides, and where there is none a core."""
    if here.gil:
        return Prediction(
            *(CONVOY if here.cores > 1 else CONVOY_ON_ONE_CORE),
            "after every answer the waiting thread needs the GIL again, and the computing one keeps it for "
            "a switch interval of 5 ms; the round trip itself takes one or two",
        )
    return _neighbour(here, "no GIL: the computing thread keeps nothing that the waiting one needs")


def beside_process(here: Circumstances) -> Prediction:
    """A core decides."""
    return _neighbour(here, "the neighbour has a GIL of its own: it computes as much and keeps nothing")


def _neighbour(here: Circumstances, because: str) -> Prediction:
    if here.cores > 1:
        return Prediction(*ROOM, because)
    return Prediction(
        *ONE_CORE,
        f"{because}; but here it has the only core, and the system decides after how many "
        "milliseconds whoever got an answer runs again",
    )


EXPERIMENT = Experiment(
    question="Does one computing thread slow down another that only waits for the network?",
    topic="gil",
    workload="round-trips",
    workers=1,
    variants=(
        Variant("alone", "serial"),
        Variant("beside-thread", predict=beside_thread),
        Variant("beside-process", predict=beside_process),
    ),
    lesson=(
        "Waiting for the network needs no GIL, but going on does. A thread that computes is asked for the "
        "GIL only after the switch interval, 5 ms, so every answer waits that long before Python looks at "
        "it: a service with one busy background thread becomes slow for everybody, though a core is idle. "
        "This is called the convoy effect. The cure is to compute in another process, or on a free-threaded "
        "build; a shorter switch interval makes it milder (gil-switch-interval)."
    ),
)
