"""What it returns."""

from conclab.classroom import lab


@lab.case("Nothing to do", points=1, task=1)
@lab.schedules()
def test_nothing(stage):
    fetch = stage.async_work(lambda page: page, "fetch")
    assert stage.await_(stage.code.bounded_gather, 3, fetch, []) == []
    assert not fetch.calls


@lab.case("All results, in the order of the items", points=2, task=1)
@lab.schedules(budget=60)
def test_in_order(stage):
    pages = [stage.random.randrange(1000) for _ in range(4)]
    fetch = stage.async_work(lambda page: 2 * page, "fetch")
    assert stage.await_(stage.code.bounded_gather, 3, fetch, pages) == [2 * page for page in pages]
    assert sorted(call.args for call in fetch.calls) == sorted((page,) for page in pages)


@lab.case("Never more than the limit", points=2, task=2)
@lab.schedules(budget=60)
def test_limit(stage):
    pages, limit = list(range(5)), 2
    fetch = stage.async_work(lambda page: page, "fetch")
    stage.await_(stage.code.bounded_gather, limit, fetch, pages)
    assert fetch.most <= limit, f"{fetch.most} at once, {limit} are allowed"
