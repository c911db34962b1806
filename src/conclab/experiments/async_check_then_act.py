"""An account that is looked at, awaited for and changed: how often runs and an exploration find the race."""

from __future__ import annotations

from conclab.model import Circumstances, Experiment, Variant
from conclab.search import Approach, SearchPrediction, always, never


def stress(_: Circumstances) -> SearchPrediction:
    """The same on every build: one thread, one order."""
    return never(
        "an event loop leaves nothing to chance: it runs what is ready in the order in which it became "
        "ready, which is the same in every run"
    )


def tuned(_: Circumstances) -> SearchPrediction:
    """Chance where the program has none."""
    return always(
        "the bank's answer takes none, one or two turns of the loop, by chance: with two turns bob comes "
        "before it, in every third run"
    )


def explored(_: Circumstances) -> SearchPrediction:
    """It need not wait for luck."""
    return always("it decides which ready task goes on, and tries another order than the usual one")


EXPERIMENT = Experiment(
    question="Is asyncio code safe from races, since it runs in one thread and a thousand runs went well?",
    topic="races",
    workload="withdraw",
    workers=1,
    tasks_per_worker=1,
    variants=(
        Variant("stress", "serial", approach=Approach.STRESS, predict_search=stress),
        Variant("stress-tuned", "serial", approach=Approach.TUNED, predict_search=tuned),
        Variant("explore", "serial", approach=Approach.EXPLORE, predict_search=explored),
    ),
    lesson=(
        "No. Between two awaits a task has the thread for itself, but at each `await` all the others may "
        "run. ann's withdrawal sees 100 and awaits the bank; before the answer is there, bob's sees the same "
        "100; then both subtract, and the account is at -100. In a test the answers come in the same order "
        "each time, so that a thousand runs are one run, a thousand times; in the world the network decides. "
        "Waits of random length find it, once somebody has put them into the program. An exploration takes "
        "the program as it is, and tries the orders in which tasks may go on. The cure: look and change "
        "without an await between, look again after it, or hold an asyncio.Lock. See for yourself: conclab "
        "explore conclab.programs.withdraw:scenario"
    ),
)
