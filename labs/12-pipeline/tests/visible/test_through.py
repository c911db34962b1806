"""Everything goes through, and it ends."""

from conclab.classroom import lab


def source_of(stage, items):
    """Gives one after the other, then None."""
    left = iter(items)
    return stage.work(lambda: next(left, None), "source")


@lab.case("Nothing comes", points=1, task=1)
@lab.schedules(preemptions=0, budget=3)
def test_nothing(stage):
    source = source_of(stage, [])
    work, sink = stage.work(lambda item: item, "work"), stage.work(lambda _: None, "sink")
    assert stage.code.pipeline(source, work, sink, 2, 2) == []
    assert len(source.calls) == 1, "source says once that nothing more comes"
    assert not work.calls + sink.calls


@lab.case("One worker: everything goes through", points=1, task=1)
@lab.schedules(preemptions=0, budget=3)
def test_one_worker(stage):
    items, more = [stage.random.randrange(1, 1000) for _ in range(4)], stage.random.randrange(1, 1000)
    work, sink = stage.work(lambda item: item + more, "work"), stage.work(lambda _: None, "sink")
    assert stage.code.pipeline(source_of(stage, items), work, sink, 1, 2) == []
    assert [call.args for call in work.calls] == [(item,) for item in items]
    assert [call.args for call in sink.calls] == [(item + more,) for item in items]


@lab.case("Two workers: everything goes through, and it ends", points=1, task=1)
@lab.schedules(preemptions=0, budget=3)
def test_two_workers(stage):
    items, more = [stage.random.randrange(1, 1000) for _ in range(4)], stage.random.randrange(1, 1000)
    work, sink = stage.work(lambda item: item + more, "work"), stage.work(lambda _: None, "sink")
    assert stage.code.pipeline(source_of(stage, items), work, sink, 2, 2) == []
    assert sorted(call.args for call in sink.calls) == sorted((item + more,) for item in items)


@lab.case("Two items are worked on at once", points=1, task=2)
@lab.schedules(preemptions=0, budget=3)
def test_at_once(stage):
    items = [stage.random.randrange(1, 1000) for _ in range(4)]
    work, sink = stage.work(lambda item: -item, "work"), stage.work(lambda _: None, "sink")
    work.may_finish = lambda _: work.most >= 2
    stage.code.pipeline(source_of(stage, items), work, sink, 2, 2)
    assert sorted(call.args for call in sink.calls) == sorted((-item,) for item in items)
