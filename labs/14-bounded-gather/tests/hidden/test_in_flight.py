"""What is in flight, when one ends, one fails, or all of it is cancelled."""

from conclab.classroom import lab


class Boom(Exception):
    """Raised by the work."""


@lab.case(
    "A place that is free is taken at once",
    points=3,
    task=2,
    explain="As soon as one call ends the next one begins: not one by one, and not in batches.",
)
@lab.schedules(budget=30)
def test_refilled(stage):
    limit, count = 3, 7
    pages = [stage.random.randrange(1000) for _ in range(count)]
    fetch = stage.async_work(lambda page: page, "fetch")
    ready = []
    fetch.may_finish = lambda call: call in ready
    task = stage.coroutine("gather", stage.code.bounded_gather, limit, fetch, pages)
    stage.run_until_blocked()
    for done in range(count):
        inside, expected = len(fetch.inside), min(limit, count - done)
        assert inside == expected, f"{done} have ended: {inside} in flight, {expected} could be"
        ready.append(fetch.inside[-1])
        stage.run_until_blocked()
    assert task.outcome() == pages


@lab.case(
    "One limit for each call",
    points=1,
    task=2,
    explain="Two calls of bounded_gather at the same time have their own limits.",
)
@lab.schedules(budget=30)
def test_two_calls(stage):
    fetch, other = stage.async_work(lambda page: page, "fetch"), stage.async_work(lambda page: -page, "other")
    first = stage.coroutine("first", stage.code.bounded_gather, 2, fetch, [1, 2, 3])
    second = stage.coroutine("second", stage.code.bounded_gather, 1, other, [1, 2])
    stage.run()
    assert (first.result, second.result) == ([1, 2, 3], [-1, -2])
    assert (fetch.most, other.most) == (2, 1)


@lab.case(
    "When one fails, the others have ended",
    points=2,
    task=3,
    explain="The exception goes on as it is. When it does no other call is in flight, and none begins later.",
)
@lab.schedules(budget=60)
def test_failure(stage):
    pages = [stage.random.randrange(1000) for _ in range(5)]
    text = str(stage.random.random())

    def work(page):
        if page == pages[1]:
            raise Boom(text)
        return page

    fetch = stage.async_work(work, "fetch")
    task = stage.coroutine("gather", stage.code.bounded_gather, 3, fetch, pages)
    seen = []
    task.on_end = lambda: seen.append((len(fetch.inside), len(fetch.calls)))
    stage.run_until_blocked()
    assert task.error is not None, "it returned, although one call raised"
    assert (task.error.type, task.error.message) == ("Boom", text)
    ((inside, begun),) = seen
    assert not inside, f"{inside} still in flight when the exception went on"
    assert len(fetch.calls) == begun, "another one began after the failure"
    task.error = None


@lab.case(
    "Cancelled from outside",
    points=1,
    task=3,
    explain="Whoever cancels bounded_gather cancels what is in flight with it.",
)
@lab.schedules(budget=30)
def test_cancelled(stage):
    fetch = stage.async_work(lambda page: page, "fetch")
    task = stage.coroutine("gather", stage.code.bounded_gather, 2, fetch, [1, 2, 3, 4])
    for _ in range(stage.random.randrange(1, 4)):
        stage.step()
    stage.cancel(task)
    stage.run_until_blocked()
    assert task.error is not None, "it was cancelled, and returned"
    assert task.error.type == "CancelledError"
    assert not fetch.inside
    task.error = None
