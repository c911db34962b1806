"""Two accounts, two locks, opposite orders: how often stress tests and an exploration find the deadlock."""

from __future__ import annotations

from conclab.model import Circumstances, Experiment, Variant
from conclab.search import Approach, SearchPrediction, always, seldom


def stress(_: Circumstances) -> SearchPrediction:
    """The same on every build: the threads hardly meet."""
    return seldom(
        "one transfer is over before the other one is started: the bad moment, with one lock taken and the "
        "other not yet, is less than a millionth of a second long"
    )


def tuned(here: Circumstances) -> SearchPrediction:
    """Ten thousand chances, and threads that meet."""
    if here.gil:
        return always(
            "leaving a `with` is a call, where the interpreter may change threads: one is stopped while it "
            "still has its first lock, the other comes to wait for it with its own in hand, and in the next "
            "of 10,000 rounds each has what the other wants"
        )
    return always(
        "no GIL, and on two cores each thread takes its two locks 10,000 times from the same moment on",
        parallel=True,
    )


def explored(_: Circumstances) -> SearchPrediction:
    """It need not wait for luck."""
    return always("it decides every switch itself, and tries one between the first lock and the second")


EXPERIMENT = Experiment(
    question="Do a thousand runs without a deadlock mean that there is none?",
    topic="races",
    workload="transfer",
    workers=2,
    tasks_per_worker=1,
    variants=(
        Variant("stress", "serial", approach=Approach.STRESS, predict_search=stress),
        Variant(
            "stress-tuned",
            "serial",
            approach=Approach.TUNED,
            predict_search=tuned,
            switch_interval_s=1e-6,
        ),
        Variant("explore", "serial", approach=Approach.EXPLORE, predict_search=explored),
    ),
    lesson=(
        "No. A transfer to bob takes ann's lock and then bob's; a transfer to ann takes bob's and then "
        "ann's. If the first is stopped between its two locks and the second takes its first one, each holds "
        "what the other wants, and neither ever goes on. No data are damaged and nothing fails: the program "
        "stands still, on the day when two people pay each other at the same time. A test that only waits "
        "can't tell this from slowness; an exploration sees that nobody can run, and names the cycle: who "
        "holds what, who wants what, at which lines. The cure is one order for all: always the lock of the "
        "smaller account number first. See for yourself: conclab explore "
        "conclab.programs.transfer:scenario"
    ),
)
