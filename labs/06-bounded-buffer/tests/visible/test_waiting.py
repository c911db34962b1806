"""First in, first out; and who must wait."""

from conclab.classroom import lab


def make(stage, size, items=()):
    hosted, changed = stage.deque(items, "items"), stage.condition(name="changed")
    return stage.code.Buffer(size, hosted, changed), hosted, changed


def until_all_wait(stage):
    for _ in range(200):
        if not stage.step():
            return
    raise AssertionError("somebody asks again and again instead of waiting on the condition")


@lab.case("First in, first out", points=1, task=1)
@lab.schedules(preemptions=0)
def test_order(stage):
    values = stage.random.sample(range(1000), 3)
    buffer, items, _ = make(stage, 3)
    for value in values:
        buffer.put(value)
    assert list(items.items) == values, f"{values} were put in, and items is {list(items.items)}"
    found = [buffer.get() for _ in values]
    assert found == values, f"{values} were put in, {found} came out"
    assert not items.items


@lab.case("Who puts into a full buffer waits", points=2, task=1)
@lab.schedules(preemptions=0)
def test_full(stage):
    size = stage.random.randrange(1, 4)
    values = stage.random.sample(range(1000), size + 1)
    buffer, items, _ = make(stage, size, values[:size])
    ann = stage.thread("ann", buffer.put, values[size])
    until_all_wait(stage)
    assert not ann.ended, f"{size} is the size, and there are {len(items.items)} items"
    assert list(items.items) == values[:size]
    assert buffer.get() == values[0]
    stage.run()
    assert list(items.items) == values[1:], "after one was taken out, the waiting one goes in"


@lab.case("Who gets from an empty buffer waits", points=1, task=1)
@lab.schedules(preemptions=0)
def test_empty(stage):
    value = stage.random.randrange(1000)
    buffer, items, _ = make(stage, 2)
    ann = stage.thread("ann", buffer.get)
    until_all_wait(stage)
    assert not ann.ended, "the buffer is empty, and get returned"
    buffer.put(value)
    stage.run()
    assert ann.result == value, f"{value} was put in, get returned {ann.result}"
    assert not items.items


@lab.case("After close", points=1, task=3)
@lab.schedules(preemptions=0)
def test_close(stage):
    buffer, items, _ = make(stage, 2)
    buffer.close()
    for name, args in (("put", (stage.random.randrange(1000),)), ("get", ())):
        task = stage.thread(name, getattr(buffer, name), *args)
        stage.run_keeping_errors()
        assert task.error is not None, f"the buffer is closed, and {name} returned {task.result}"
        assert task.error.type == "Closed", f"{name} raised {task.error.type}, not Closed"
        task.error = None
    assert not items.items
