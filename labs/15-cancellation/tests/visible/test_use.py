"""Nobody cancels."""

from conclab.classroom import lab


class Boom(Exception):
    """Raised by one of the three."""


@lab.case("Open, work, close, and the result", points=2, task=1)
@lab.schedules(preemptions=0, budget=2)
def test_result(stage):
    handle, result = stage.random.sample(range(1000), 2)
    order = []
    open_it = stage.async_work(lambda: order.append("open") or handle, "open_it")
    work = stage.async_work(lambda _: order.append("work") or result, "work")
    close_it = stage.async_work(lambda _: order.append("close"), "close_it")
    assert stage.await_(stage.code.use, open_it, work, close_it, 5) == result
    assert order == ["open", "work", "close"]
    assert [call.args for call in work.calls + close_it.calls] == [(handle,), (handle,)]


@lab.case("What work raises goes on, after the close", points=1, task=2)
@lab.schedules(preemptions=0, budget=2)
def test_work_fails(stage):
    handle, text = stage.random.randrange(1000), str(stage.random.random())

    def fails(_):
        raise Boom(text)

    open_it, close_it = (
        stage.async_work(lambda: handle, "open_it"),
        stage.async_work(lambda _: None, "close_it"),
    )
    task = stage.coroutine("task", stage.code.use, open_it, stage.async_work(fails, "work"), close_it, 5)
    stage.run_until_blocked()
    assert task.error is not None, f"work raised, and it returned {task.result!r}"
    assert (task.error.type, task.error.message) == ("Boom", text)
    assert [call.args for call in close_it.finished] == [(handle,)]
    task.error = None


@lab.case("What was not opened is not closed", points=1, task=1)
@lab.schedules(preemptions=0, budget=2)
def test_open_fails(stage):
    text = str(stage.random.random())

    def fails():
        raise Boom(text)

    work, close_it = stage.async_work(lambda _: None, "work"), stage.async_work(lambda _: None, "close_it")
    task = stage.coroutine("task", stage.code.use, stage.async_work(fails, "open_it"), work, close_it, 5)
    stage.run_until_blocked()
    assert task.error is not None, f"open_it raised, and it returned {task.result!r}"
    assert (task.error.type, task.error.message) == ("Boom", text)
    assert not work.calls + close_it.calls
    task.error = None
