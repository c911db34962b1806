"""What it returns."""

from conclab.classroom import lab


@lab.case("Nothing to do", points=1, task=1)
@lab.schedules(preemptions=0, budget=5)
def test_nothing(stage):
    fetch = stage.work(lambda page: page, "fetch")
    assert stage.code.parallel_map(fetch, [], stage.random.randrange(1, 4)) == []
    assert not fetch.calls


@lab.case("Each item once, and a list of all results", points=1, task=1)
@lab.schedules(preemptions=0, budget=5)
def test_results(stage):
    pages = [stage.random.randrange(1000) for _ in range(4)]
    more = stage.random.randrange(1, 1000)
    fetch = stage.work(lambda page: page + more, "fetch")
    found = stage.code.parallel_map(fetch, pages, 2)
    assert isinstance(found, list), f"a list is wanted, and here is {found!r}"
    assert sorted(found) == sorted(page + more for page in pages)
    assert sorted(call.args for call in fetch.calls) == sorted((page,) for page in pages)


@lab.case("More hands than items", points=1, task=1)
@lab.schedules(preemptions=0, budget=5)
def test_few_items(stage):
    pages = [stage.random.randrange(1000) for _ in range(2)]
    fetch = stage.work(lambda page: -page, "fetch")
    assert sorted(stage.code.parallel_map(fetch, pages, 5)) == sorted(-page for page in pages)


@lab.case("Several calls at once", points=1, task=2)
@lab.schedules(preemptions=0, budget=5)
def test_two_at_once(stage):
    pages = [stage.random.randrange(1000) for _ in range(4)]
    fetch = stage.work(lambda page: -page, "fetch")
    fetch.may_finish = lambda _: fetch.most >= 2
    assert sorted(stage.code.parallel_map(fetch, pages, 2)) == sorted(-page for page in pages)
