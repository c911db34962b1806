"""Nobody gets what is not ready, nothing half made stays, and two things don't wait for each other."""

from conclab.classroom import lab


class Down(Exception):
    """The network is."""


@lab.case(
    "Nobody gets it before it is set up",
    points=3,
    task=2,
    explain="Somebody found a connection in the slot and used it while it was still being set up.",
)
@lab.schedules(preemptions=2, budget=120)
def test_ready(stage):
    number = stage.random.randrange(1, 1000)
    slot = stage.cell(None, "slot")
    connect, set_up = stage.work(lambda: number, "connect"), stage.work(lambda connection: None, "set_up")
    lazy = stage.code.Lazy(slot, connect, set_up)
    early = []
    tasks = [stage.thread(name, lazy.get) for name in ("ann", "bob")]
    for task in tasks:
        task.on_end = lambda: early.append(not set_up.finished)
    stage.run()
    assert not any(early), "one of them returned a connection that nobody had set up"
    assert [task.result for task in tasks] == [number] * 2
    assert len(connect.calls) == len(set_up.calls) == 1, "connect and set_up are called once"
    assert [touch.value for touch in slot.writes if touch.value is not None] == [number], (
        "the slot is filled once"
    )


@lab.case(
    "A connection may be number 0",
    points=1,
    task=2,
    explain="What was made may be false in an `if`, and is made all the same: it was made again.",
)
@lab.schedules(preemptions=1, budget=80)
def test_false(stage):
    nothing = stage.random.choice([0, "", False, []])
    slot = stage.cell(None, "slot")
    connect, set_up = stage.work(lambda: nothing, "connect"), stage.work(lambda connection: None, "set_up")
    lazy = stage.code.Lazy(slot, connect, set_up)
    ann, bob = stage.thread("ann", lazy.get), stage.thread("bob", lazy.get)
    stage.run()
    assert ann.result == bob.result == nothing
    assert type(ann.result) is type(nothing)
    assert len(connect.calls) == 1, f"connect returned {nothing!r}, and was called {len(connect.calls)} times"


@lab.case(
    "When connect raises, the next one tries again",
    points=2,
    task=3,
    explain="connect raised once. Its caller must see that, and whoever comes next must get a connection.",
)
@lab.schedules(preemptions=1, budget=100)
def test_connect_fails(stage):
    number, text = stage.random.randrange(1, 1000), str(stage.random.random())
    slot = stage.cell(None, "slot")

    def connects():
        if len(connect.calls) == 1:
            raise Down(text)
        return number

    connect, set_up = stage.work(connects, "connect"), stage.work(lambda connection: None, "set_up")
    lazy = stage.code.Lazy(slot, connect, set_up)
    tasks = [stage.thread(name, lazy.get) for name in ("ann", "bob")]
    stage.run_keeping_errors()
    errors = [(task.error.type, task.error.message) for task in tasks if task.error is not None]
    assert errors == [("Down", text)], (
        f"connect raised once, and of the callers {len(errors)} saw it, as {errors}"
    )
    found = [task.result for task in tasks if task.error is None]
    assert found == [number], f"after connect had raised once, get returned {found}"
    for task in tasks:
        task.error = None
    assert lazy.get() == number
    assert len(connect.calls) == 2, f"connect was called {len(connect.calls)} times: one failed, one did not"


@lab.case(
    "When set_up raises, nothing half made is left",
    points=2,
    task=3,
    explain="set_up raised. Nobody may get that connection: the next caller makes a new one.",
)
@lab.schedules(preemptions=1, budget=100)
def test_set_up_fails(stage):
    numbers = stage.random.sample(range(1, 1000), 5)
    left, text = iter(numbers), str(stage.random.random())
    slot = stage.cell(None, "slot")

    def sets_up(connection):
        if connection == numbers[0]:
            raise Down(text)

    connect, set_up = stage.work(lambda: next(left), "connect"), stage.work(sets_up, "set_up")
    lazy = stage.code.Lazy(slot, connect, set_up)
    tasks = [stage.thread(name, lazy.get) for name in ("ann", "bob")]
    stage.run_keeping_errors()
    errors = [(task.error.type, task.error.message) for task in tasks if task.error is not None]
    found = [task.result for task in tasks if task.error is None]
    assert errors == [("Down", text)], f"set_up raised once; callers saw {errors}, and {found} was returned"
    assert found == numbers[1:2], f"a connection was returned whose set_up had failed: {found}"
    for task in tasks:
        task.error = None
    assert lazy.get() == slot.value == numbers[1]


@lab.case(
    "Two of them don't wait for each other",
    points=1,
    task=3,
    explain="Making one thing must not wait for the making of another one: each Lazy has a lock of its own.",
)
@lab.schedules(preemptions=1, budget=60)
def test_two_things(stage):
    numbers = stage.random.sample(range(1, 1000), 2)
    left = iter(numbers)
    connect, set_up = stage.work(lambda: next(left), "connect"), stage.work(lambda connection: None, "set_up")
    connect.may_finish = lambda call: connect.most == 2
    tasks = []
    for name in ("ann", "bob"):
        lazy = stage.code.Lazy(stage.cell(None, f"slot of {name}"), connect, set_up)
        tasks.append(stage.thread(name, lazy.get))
    stage.run()
    assert sorted(task.result for task in tasks) == sorted(numbers)
