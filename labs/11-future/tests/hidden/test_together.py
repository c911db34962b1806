"""Threads that meet at one future, in every order of their steps."""

from conclab.classroom import lab


class Boom(Exception):
    """Raised by a callback."""


def future(stage):
    """A new one, with what it keeps its state in."""
    box, callbacks = stage.record("box", done=False, value=None), stage.list(name="callbacks")
    return stage.code.Future(box, callbacks), box


@lab.case(
    "Added while the value comes",
    points=2,
    task=2,
    explain="One thread adds a callback while another one brings the value: it is called once, in "
    "every order.",
)
@lab.schedules(preemptions=2, budget=200)
def test_added_meanwhile(stage):
    one, _ = future(stage)
    value = stage.random.randrange(1000)
    fn = stage.work(lambda _: None, "fn")
    stage.thread("ann", one.add_callback, fn)
    stage.thread("bob", one.set_result, value)
    stage.run()
    assert [call.args for call in fn.calls] == [(value,)], f"called {len(fn.calls)} times"


@lab.case(
    "Everybody who waits goes on",
    points=2,
    task=2,
    explain="Two threads wait in result(), or come while the value does: both get it, in every order.",
)
@lab.schedules(preemptions=1, budget=120)
def test_two_wait(stage):
    one, _ = future(stage)
    value = stage.random.randrange(1, 1000)
    waiting = [stage.thread("ann", one.result), stage.thread("eve", one.result)]
    stage.thread("bob", one.set_result, value)
    stage.run()
    assert [task.result for task in waiting] == [value, value]


@lab.case(
    "Two bring a value",
    points=1,
    task=2,
    explain="Two threads call set_result at once: one value stays, and the other thread gets a RuntimeError.",
)
@lab.schedules(preemptions=1, budget=150)
def test_two_bring(stage):
    one, box = future(stage)
    fn = stage.work(lambda _: None, "fn")
    one.add_callback(fn)
    values = stage.random.sample(range(1000), 2)
    tasks = [
        stage.thread(name, one.set_result, value) for name, value in zip(("ann", "bob"), values, strict=True)
    ]
    stage.run_keeping_errors()
    kept = [value for task, value in zip(tasks, values, strict=True) if task.error is None]
    failed = [task.error.type for task in tasks if task.error is not None]
    assert failed == ["RuntimeError"], f"{len(kept)} values were taken, one can be"
    assert box.value == kept[0]
    assert [call.args for call in fn.calls] == [(kept[0],)]
    for task in tasks:
        task.error = None


@lab.case(
    "A callback that waits for another thread",
    points=2,
    task=3,
    explain="While a callback is being called another thread must be able to use the future: no lock "
    "is held meanwhile.",
)
@lab.schedules(preemptions=1, budget=60)
def test_callback_waits(stage):
    one, _ = future(stage)
    value, late = stage.random.randrange(1000), stage.random.random() < 0.5
    fn, other = stage.work(lambda _: None, "fn"), stage.work(lambda _: None, "other")
    fn.may_finish = lambda _: other.finished
    if late:
        one.set_result(value)
        stage.thread("bob", one.add_callback, fn)
    else:
        one.add_callback(fn)
        stage.thread("bob", one.set_result, value)
    while not fn.inside and stage.step():
        pass
    stage.thread("eve", one.add_callback, other)
    waiting = stage.thread("ann", one.result)
    stage.run()
    assert waiting.result == value
    assert [call.args for call in fn.calls + other.calls] == [(value,), (value,)]


@lab.case(
    "A callback that raises",
    points=2,
    task=3,
    explain="What a callback raises reaches neither who brings the value nor who adds it, and the "
    "next one has its turn.",
)
@lab.schedules(preemptions=0, budget=5)
def test_callback_raises(stage):
    one, _ = future(stage)
    value = stage.random.randrange(1000)

    def raises(_):
        raise Boom(str(value))

    first, second = stage.work(raises, "first"), stage.work(lambda _: None, "second")
    one.add_callback(first)
    one.add_callback(second)
    assert one.set_result(value) is None
    assert [call.args for call in first.calls + second.calls] == [(value,), (value,)]
    late = stage.work(raises, "late")
    assert one.add_callback(late) is None
    assert [call.args for call in late.calls] == [(value,)]
    assert one.result() == value
