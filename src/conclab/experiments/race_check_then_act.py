"""A cache that looks, then stores: how often stress tests and an exploration find the second load."""

from __future__ import annotations

from conclab.model import Circumstances, Experiment, Variant
from conclab.search import Approach, SearchPrediction, always, seldom


def stress(_: Circumstances) -> SearchPrediction:
    """The same on every build: the threads hardly meet."""
    return seldom(
        "the first thread has looked and stored before the second one is started: the bad moment is a few "
        "millionths of a second long, and nothing makes the two meet in it"
    )


def tuned(here: Circumstances) -> SearchPrediction:
    """Between the look and the store lies a call."""
    if here.gil:
        return always(
            "between the look and the store lies a call, where the interpreter may change threads; asked to "
            "every microsecond, over 10,000 pages, it does"
        )
    return always(
        "no GIL, and on two cores both threads ask for the same 10,000 pages from the same moment on",
        parallel=True,
    )


def explored(_: Circumstances) -> SearchPrediction:
    """It need not wait for luck."""
    return always("it decides every switch itself, and tries one between the look and the store")


EXPERIMENT = Experiment(
    question="Is it safe to look first and then act, if a thousand runs went well?",
    topic="races",
    workload="cache",
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
        "No. `if name not in self.pages` is true when ann looks, and she begins to load. Before she stores "
        "the page bob looks, sees none either, and loads it again. With a page that costs time; with a "
        "payment it costs money. Both steps are safe alone, with or without a GIL; what is missing is that "
        "nobody may come between. Ordinary runs miss the moment because it is so short; tuned to make "
        "threads meet, they find it here, by luck and without saying how it came about. An exploration finds "
        "it in the same few schedules every time, and shows the switch. The cure is one lock around the look "
        "and the act. See for yourself: conclab explore conclab.programs.cache:scenario"
    ),
)
