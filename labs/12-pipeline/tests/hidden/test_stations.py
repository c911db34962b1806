"""Stations that are slow, items that fail, and the end, in many orders of the steps."""

from conclab.classroom import lab


class Boom(Exception):
    """Raised by a station."""


def numbers(stage, count):
    """Different ones, so that each call tells its item."""
    return stage.random.sample(range(1, 1000), count)


def source_of(stage, items):
    """Gives one after the other, then None."""
    left = iter(items)
    return stage.work(lambda: next(left, None), "source")


@lab.case(
    "Each item once, whoever is faster",
    points=2,
    task=1,
    explain="In some order of the steps an item is lost, or done twice, or somebody waits for ever.",
)
@lab.schedules(preemptions=1, budget=20)
def test_each_once(stage):
    items, more = numbers(stage, 3), stage.random.randrange(1, 1000)
    work, sink = stage.work(lambda item: item + more, "work"), stage.work(lambda _: None, "sink")
    assert stage.code.pipeline(source_of(stage, items), work, sink, 2, 1) == []
    assert sorted(call.args for call in work.calls) == sorted((item,) for item in items)
    assert sorted(call.args for call in sink.finished) == sorted((item + more,) for item in items)
    assert not stage.left, f"{', '.join(stage.left)} had not ended when it returned"


@lab.case(
    "A slow worker holds up the source",
    points=2,
    task=2,
    explain="While no work ends, the source may be ahead by what waits and what is in somebody's "
    "hands, not by more.",
)
@lab.schedules(preemptions=0, budget=3)
def test_slow_work(stage):
    workers, room = stage.random.choice([(1, 1), (2, 2), (2, 1)])
    items = numbers(stage, 12)
    source = source_of(stage, items)
    work, sink = stage.work(lambda item: -item, "work"), stage.work(lambda _: None, "sink")
    going = []
    work.may_finish = lambda _: going
    caller = stage.thread("caller", stage.code.pipeline, source, work, sink, workers, room)
    stage.run_until_blocked()
    assert len(work.inside) == workers, f"{len(work.inside)} items are worked on, {workers} could be"
    most = workers + room + 1
    assert len(source.calls) <= most, f"the source is {len(source.calls)} items ahead, {most} are enough"
    assert len(source.calls) >= workers + room, (
        f"there is room for {room} more items, and nobody fetches them"
    )
    going.append(True)
    stage.run()
    assert caller.result == []
    assert sorted(call.args for call in sink.finished) == sorted((-item,) for item in items)


@lab.case(
    "A slow sink holds up the workers",
    points=2,
    task=2,
    explain="While no call of sink ends, results must not pile up: there is room for so many between "
    "two stations.",
)
@lab.schedules(preemptions=0, budget=3)
def test_slow_sink(stage):
    workers, room = stage.random.choice([(1, 1), (2, 2), (2, 1)])
    items = numbers(stage, 14)
    work, sink = stage.work(lambda item: -item, "work"), stage.work(lambda _: None, "sink")
    going = []
    sink.may_finish = lambda _: going
    caller = stage.thread("caller", stage.code.pipeline, source_of(stage, items), work, sink, workers, room)
    stage.run_until_blocked()
    most = 1 + room + workers
    assert len(work.finished) <= most, (
        f"{len(work.finished)} results for a sink that stands still, {most} are enough"
    )
    going.append(True)
    stage.run()
    assert caller.result == []
    assert sorted(call.args for call in sink.finished) == sorted((-item,) for item in items)


@lab.case(
    "The sink has one call at a time",
    points=1,
    task=2,
    explain="sink is not made for threads, and was called by two at once.",
)
@lab.schedules(preemptions=0, budget=3)
def test_sink_alone(stage):
    items = numbers(stage, 3)
    work, sink = stage.work(lambda item: -item, "work"), stage.work(lambda _: None, "sink")
    going = []
    sink.may_finish = lambda _: going
    stage.thread("caller", stage.code.pipeline, source_of(stage, items), work, sink, 2, 2)
    stage.run_until_blocked()
    assert sink.calls, "sink was never called"
    going.append(True)
    stage.run()
    assert sink.most == 1, f"{sink.most} calls of sink at once"
    assert len(sink.finished) == len(items)


@lab.case(
    "An item that fails is reported, and the rest goes on",
    points=2,
    task=3,
    explain="The work on one item raises: it is in the list that is returned, with its text, and all "
    "others reach the sink.",
)
@lab.schedules(preemptions=1, budget=15)
def test_one_fails(stage):
    items, text = numbers(stage, 3), str(stage.random.random())
    bad = stage.random.choice(items)

    def does(item):
        if item == bad:
            raise Boom(text)
        return -item

    work, sink = stage.work(does, "work"), stage.work(lambda _: None, "sink")
    caller = stage.thread("caller", stage.code.pipeline, source_of(stage, items), work, sink, 2, 2)
    stage.run_until_blocked()
    assert caller.ended, "one item failed, and the caller waits for ever"
    found = [tuple(one) for one in caller.outcome()]
    assert found == [(bad, text)], f"reported: {found}"
    assert sorted(call.args for call in sink.finished) == sorted((-item,) for item in items if item != bad)


@lab.case(
    "All items fail",
    points=1,
    task=3,
    explain="Every item fails, and there are more of them than workers and room: it must come to its "
    "end all the same.",
)
@lab.schedules(preemptions=0, budget=3)
def test_all_fail(stage):
    items, text = numbers(stage, 7), str(stage.random.random())

    def does(item):
        raise Boom(text)

    work, sink = stage.work(does, "work"), stage.work(lambda _: None, "sink")
    caller = stage.thread("caller", stage.code.pipeline, source_of(stage, items), work, sink, 2, 1)
    stage.run_until_blocked()
    assert caller.ended, "every item failed, and the caller waits for ever"
    assert len(work.calls) == len(items), f"{len(items)} items, and {len(work.calls)} were tried"
    assert not sink.calls, "an item that failed has no result"
    assert caller.error is None, f"the caller got {caller.error}"


@lab.case(
    "The source fails",
    points=2,
    task=3,
    explain="source raises after some items: those are done, nobody waits for ever, and the "
    "exception reaches the caller.",
)
@lab.schedules(preemptions=1, budget=12)
def test_source_fails(stage):
    items, text = numbers(stage, 2), str(stage.random.random())
    left = iter(items)

    def gives():
        for item in left:
            return item
        raise Boom(text)

    source, work = stage.work(gives, "source"), stage.work(lambda item: -item, "work")
    sink = stage.work(lambda _: None, "sink")
    caller = stage.thread("caller", stage.code.pipeline, source, work, sink, 2, 2)
    stage.run_until_blocked()
    assert caller.ended, "the source failed, and the caller waits for ever"
    assert caller.error is not None, f"the source failed, and it returned {caller.result}"
    assert (caller.error.type, caller.error.message) == ("Boom", text)
    assert sorted(call.args for call in sink.finished) == sorted((-item,) for item in items)
    assert not stage.left, f"{', '.join(stage.left)} had not ended"
    caller.error = None


@lab.case(
    "Any item, any result",
    points=1,
    task=1,
    explain="0, False and an empty text are items, and None is a result like others: no signal that "
    "it is over.",
)
@lab.schedules(preemptions=0, budget=3)
def test_any_item(stage):
    items = [0, "", False, stage.random.randrange(1, 1000), -1]
    stage.random.shuffle(items)
    results = [None, 0, "", stage.random.randrange(1000), "stop"]
    stage.random.shuffle(results)
    left = iter(results)
    work, sink = stage.work(lambda _: next(left), "work"), stage.work(lambda _: None, "sink")
    caller = stage.thread("caller", stage.code.pipeline, source_of(stage, items), work, sink, 2, 2)
    stage.run_until_blocked()
    assert caller.ended, "the caller waits for ever"
    assert caller.outcome() == []
    assert sorted(repr(call.args[0]) for call in work.calls) == sorted(map(repr, items))
    assert sorted(repr(call.args[0]) for call in sink.finished) == sorted(map(repr, results))
