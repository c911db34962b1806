"""What happens to the arguments of one call, and of the next one."""

from conclab.classroom import lab


@lab.case("with_item leaves the caller's list as it is", points=1, task=1)
@lab.schedules()
def test_with_item(stage):
    values = [stage.random.randrange(1000) for _ in range(4)]
    items = stage.list(values[:3], "items")
    found = stage.code.with_item(items, values[3])
    assert items.items == values[:3], f"the caller's list was {values[:3]}, and is {items.items}"
    assert found == values, f"returned {found}, not {values}"


@lab.case("record without a log begins a new one", points=1, task=1)
@lab.schedules()
def test_new_log(stage):
    first, second = stage.random.sample(range(1000), 2)
    assert stage.code.record(first) == [first]
    found = stage.code.record(second)
    assert found == [second], f"the second call without a log returned {found}, not {[second]}"


@lab.case("record appends to the log that it is given", points=1, task=1)
@lab.schedules()
def test_given_log(stage):
    old, event = stage.random.sample(range(1000), 2)
    log = stage.list([old], "log")
    found = stage.code.record(event, log)
    assert log.items == [old, event], f"the log is {log.items}, not {[old, event]}"
    assert found is log, "it must return that same log, no copy"


@lab.case("for_each calls the work for each item", points=1, task=2)
@lab.schedules(preemptions=0)
def test_for_each(stage):
    items = stage.random.sample(range(1000), 3)
    work = stage.work(lambda item: item, "work")
    stage.code.for_each(work, items)
    assert sorted(call.args for call in work.calls) == sorted((item,) for item in items)


@lab.case("snapshot returns what is on the shelves", points=1, task=3)
@lab.schedules()
def test_snapshot(stage):
    values = stage.random.sample(range(1000), 3)
    stock = stage.dict(
        {"left": stage.list(values[:2], "left"), "right": stage.list(values[2:], "right")}, "stock"
    )
    found = stage.code.snapshot(stock, stage.lock())
    assert {name: list(getattr(shelf, "items", shelf)) for name, shelf in found.items()} == {
        "left": values[:2], "right": values[2:]
    }  # fmt: skip
