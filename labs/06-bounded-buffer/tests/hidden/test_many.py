"""Several on both sides, woken for nothing, woken in the wrong order, and sent home."""

from conclab.classroom import lab


def make(stage, size, items=()):
    hosted, changed = stage.deque(items, "items"), stage.condition(name="changed")
    return stage.code.Buffer(size, hosted, changed), hosted, changed


def start(stage, buffer, values, getters):
    """Those who get are there first."""
    gets = [stage.thread(f"get {n}", buffer.get) for n in range(getters)]
    return gets, [stage.thread(f"put {value}", buffer.put, value) for value in values]


@lab.case(
    "Nobody gets what another one took",
    points=2,
    task=2,
    explain="Somebody was woken, and before he had the lock another one took the item: he must look again.",
)
@lab.schedules(preemptions=2, budget=120)
def test_stolen(stage):
    values = stage.random.sample(range(1000), 2)
    buffer, items, _ = make(stage, 2)
    gets, _ = start(stage, buffer, values, 2)
    stage.run()
    found = sorted(task.result for task in gets)
    assert found == sorted(values), f"{sorted(values)} were put in, {found} came out"
    assert not items.items


@lab.case(
    "Nobody goes in where another one went in",
    points=1,
    task=2,
    explain="Somebody who waited for room was woken, and before he had the lock another one took the place.",
)
@lab.schedules(preemptions=2, budget=120)
def test_room(stage):
    values = stage.random.sample(range(1000), 3)
    buffer, items, _ = make(stage, 1, values[:1])
    puts = [stage.thread(f"put {value}", buffer.put, value) for value in values[1:]]
    get = stage.thread("get", buffer.get)
    most = 1
    while stage.step():
        most = max(most, len(items.items))
    assert most <= 1, f"there is room for 1, and there were {most}"
    assert get.result == values[0]
    assert [put.ended for put in puts].count(True) == 1, "one was taken out, so one can go in"
    buffer.get()
    stage.run()


@lab.case(
    "Woken for nothing",
    points=2,
    task=2,
    explain="A wait may end although nobody notified: whoever is woken must look again.",
)
@lab.schedules(preemptions=0, budget=20)
def test_spurious(stage):
    values = stage.random.sample(range(1000), 2)
    buffer, items, changed = make(stage, 1)
    get = stage.thread("get", buffer.get)
    stage.run_until_blocked()
    changed.wake()
    stage.run_until_blocked()
    assert not get.ended, "get returned, or raised, although nothing was put in"
    buffer.put(values[0])
    stage.run()
    assert get.result == values[0]
    buffer.put(values[0])
    put = stage.thread("put", buffer.put, values[1])
    stage.run_until_blocked()
    changed.wake()
    stage.run_until_blocked()
    assert not put.ended, "put returned although there is no room"
    assert list(items.items) == values[:1], f"there is room for 1, and there are {len(items.items)}"
    assert buffer.get() == values[0]
    stage.run()
    assert list(items.items) == values[1:]


@lab.case(
    "Nobody is forgotten in the waiting room",
    points=3,
    task=2,
    explain="The one who was woken could not use it, and the one who could have waits for ever.",
)
@lab.schedules(preemptions=1, budget=80)
def test_lost_wakeup(stage):
    values = stage.random.sample(range(1000), 2)
    buffer, items, _ = make(stage, 1)
    gets, _ = start(stage, buffer, values, 2)
    most = 0
    while stage.step():
        most = max(most, len(items.items))
    stage.run()
    found = sorted(task.result for task in gets)
    assert found == sorted(values), f"{sorted(values)} were put in, {found} came out"
    assert most == 1, f"there is room for 1, and there were {most}"


@lab.case(
    "close wakes everybody",
    points=2,
    task=3,
    explain="Somebody waited while the buffer was closed, and was not told: he waits for ever.",
)
@lab.schedules(preemptions=1, budget=80)
def test_close_wakes(stage):
    value = stage.random.randrange(1000)
    full = stage.random.random() < 0.5
    buffer, items, _ = make(stage, 1, [value] if full else [])
    waits = [
        stage.thread(name, buffer.put, value + 1) if full else stage.thread(name, buffer.get)
        for name in ("ann", "bob")
    ]
    stage.run_until_blocked()
    assert not any(task.ended for task in waits), "they can't go on, and did"
    stage.thread("eve", buffer.close)
    stage.run_keeping_errors()
    for task in waits:
        assert task.error is not None, f"closed while it waited, it returned {task.result}"
        assert task.error.type == "Closed", f"it raised {task.error.type}, not Closed"
        task.error = None
    assert list(items.items) == ([value] if full else [])


@lab.case(
    "What is in it can still be taken out",
    points=1,
    task=3,
    explain="After close what was put in before must come out, and only then Closed is raised.",
)
@lab.schedules(preemptions=0, budget=20)
def test_close_keeps(stage):
    values = stage.random.sample(range(1000), 3)
    buffer, items, _ = make(stage, 3)
    for value in values:
        buffer.put(value)
    buffer.close()
    found = [buffer.get() for _ in values]
    assert found == values, f"{values} were put in before, {found} came out"
    last = stage.thread("ann", buffer.get)
    stage.run_keeping_errors()
    assert last.error is not None, f"there is nothing left, and get returned {last.result}"
    assert last.error.type == "Closed"
    last.error = None
    assert not items.items
