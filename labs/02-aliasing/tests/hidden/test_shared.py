"""An empty log, threads that start later than the loop, shelves that change while they are copied."""

from conclab.classroom import lab


@lab.case(
    "An empty log is a log",
    points=1,
    task=1,
    explain="A log that was given and has nothing in it yet must be used: an empty list is false.",
)
@lab.schedules()
def test_empty_log(stage):
    event = stage.random.randrange(1000)
    log = stage.list([], "log")
    found = stage.code.record(event, log)
    assert log.items == [event], f"the given log was empty, and is {log.items} after one event"
    assert found is log


@lab.case(
    "Each thread has its own item, in every order",
    points=2,
    task=2,
    explain="A thread may begin late, when the loop has gone on: it must not look its item up then. "
    "All are at work together, and for_each returns when all have ended.",
)
@lab.schedules(preemptions=1, budget=80)
def test_own_item(stage):
    items = stage.random.sample(range(1000), 3)
    work = stage.work(lambda item: item, "work")
    work.may_finish = lambda call: work.most == len(items)
    ended = []
    main = stage.thread("main", stage.code.for_each, work, items)
    main.on_end = lambda: ended.append(len(work.finished))
    stage.run()
    called = sorted(call.args[0] for call in work.calls)
    assert called == sorted(items), f"called for {called}, not for {sorted(items)}"
    assert len({call.thread for call in work.calls}) == len(items), "not each in a thread of its own"
    assert ended == [len(items)], "for_each returned before all had ended"


@lab.case(
    "A snapshot is of one moment",
    points=2,
    task=3,
    explain="While the shelves were copied somebody moved an item: it was seen twice, or nowhere.",
)
@lab.schedules(preemptions=2, budget=200)
def test_one_moment(stage):
    values = stage.random.sample(range(1000), 4)
    left, right = stage.list(values[:2], "left"), stage.list(values[2:], "right")
    lock, stock = stage.lock(), stage.dict({"left": left, "right": right}, "stock")
    source, target = stage.random.choice([("left", "right"), ("right", "left")])
    item = stage.random.choice({"left": values[:2], "right": values[2:]}[source])
    stage.thread("ann", stage.code.move, stock, lock, item, source=source, target=target)
    eve = stage.thread("eve", stage.code.snapshot, stock, lock)
    stage.run()
    seen = [one for shelf in eve.result.values() for one in getattr(shelf, "items", shelf)]
    assert sorted(seen) == sorted(values), (
        f"the stock was always {sorted(values)}, and eve saw {sorted(seen)}"
    )
    there = sorted(left.items + right.items)
    assert there == sorted(values), f"the stock itself is {there}"


@lab.case(
    "A snapshot shares nothing",
    points=2,
    task=3,
    explain="The snapshot holds the lists that others go on to change: copying a dict copies none of them.",
)
@lab.schedules(preemptions=0)
def test_nobody_elses(stage):
    values = stage.random.sample(range(1000), 4)
    shelves = {name: stage.list(values[at : at + 2], name) for name, at in (("left", 0), ("right", 2))}
    stock = stage.dict(shelves, "stock")
    found = stage.code.snapshot(stock, stage.lock())
    assert isinstance(found, dict), "the stock itself, and no copy of it"
    shared = [name for name, shelf in found.items() if shelf is shelves[name]]
    assert not shared, f"{' and '.join(shared)} in the snapshot: the same list as in the stock"
    assert found == {"left": values[:2], "right": values[2:]}
    assert stock.items == shelves, "the stock changed"
