"""One thread: what the methods do."""

from conclab.classroom import lab


def future(stage):
    """A new one, with what it keeps its state in."""
    box, callbacks = stage.record("box", done=False, value=None), stage.list(name="callbacks")
    return stage.code.Future(box, callbacks), box, callbacks


@lab.case("The value comes, and can be had", points=1, task=1)
@lab.schedules(preemptions=0, budget=5)
def test_result(stage):
    one, box, _ = future(stage)
    value = stage.random.randrange(1000)
    assert one.done() is False
    assert one.set_result(value) is None
    assert one.done() is True
    assert one.result() == value
    assert one.result() == value, "the value is there for everybody, not only for the first"
    assert (box.done, box.value) == (True, value), "the state is in the box"


@lab.case("Callbacks are called with the value, in the order in which they came", points=1, task=1)
@lab.schedules(preemptions=0, budget=5)
def test_callbacks(stage):
    one, _, callbacks = future(stage)
    value = stage.random.randrange(1000)
    order = []
    first = stage.work(lambda _: order.append("first"), "first")
    second = stage.work(lambda _: order.append("second"), "second")
    one.add_callback(first)
    one.add_callback(second)
    assert not first.calls, "called before there is a value"
    assert len(callbacks.items) == 2, "callbacks wait in the list"
    one.set_result(value)
    assert [call.args for call in first.calls + second.calls] == [(value,), (value,)]
    assert order == ["first", "second"]


@lab.case("A callback that comes late is called at once", points=1, task=1)
@lab.schedules(preemptions=0, budget=5)
def test_late(stage):
    one, _, _ = future(stage)
    value = stage.random.choice([0, None, "", stage.random.randrange(1, 1000)])
    one.set_result(value)
    late = stage.work(lambda _: None, "late")
    one.add_callback(late)
    assert [call.args for call in late.calls] == [(value,)]


@lab.case("There is one value, and it stays", points=1, task=1)
@lab.schedules(preemptions=0, budget=5)
def test_twice(stage):
    one, box, _ = future(stage)
    value = stage.random.randrange(1000)
    seen = stage.work(lambda _: None, "seen")
    one.add_callback(seen)
    one.set_result(value)
    try:
        one.set_result(value + 1)
    except lab.StudentError as error:
        assert error.type == "RuntimeError", f"a second value raises RuntimeError, not {error}"
    else:
        raise AssertionError("a second value was taken")
    assert one.result() == box.value == value
    assert len(seen.calls) == 1


@lab.case("Two futures on one box", points=1, task=1)
@lab.schedules(preemptions=0, budget=5)
def test_state_is_in_the_box(stage):
    one, box, callbacks = future(stage)
    other = stage.code.Future(box, callbacks)
    value = stage.random.randrange(1000)
    seen = stage.work(lambda _: None, "seen")
    one.add_callback(seen)
    other.set_result(value)
    assert one.done() is True, "the other one put a value into the box"
    assert one.result() == value
    assert [call.args for call in seen.calls] == [(value,)]
