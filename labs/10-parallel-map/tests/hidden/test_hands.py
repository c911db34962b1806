"""Order, number of threads, failures and what is left, in many orders of the steps."""

from conclab.classroom import lab


class Boom(Exception):
    """Raised by the work."""


def numbers(stage, count):
    """Different ones, so that each call tells its item."""
    return stage.random.sample(range(1000), count)


@lab.case(
    "Results in the order of the items",
    points=2,
    task=1,
    explain="A call that begins later may end earlier: a result belongs to the place of its item.",
)
@lab.schedules(preemptions=1, budget=60)
def test_order(stage):
    pages, more = numbers(stage, 3), stage.random.randrange(1, 1000)
    fetch = stage.work(lambda page: page + more, "fetch")
    found = stage.code.parallel_map(fetch, pages, 3)
    assert found == [page + more for page in pages], (
        f"ended in the order {[call.args[0] for call in fetch.finished]}"
    )
    assert len(fetch.calls) == len(pages)


@lab.case(
    "Never more than the limit",
    points=2,
    task=2,
    explain="Count the threads that are alive, not only the calls: there may be `limit` of them at "
    "any moment.",
)
@lab.schedules(preemptions=1, budget=15)
def test_limit(stage):
    pages, limit = numbers(stage, 5), 2
    fetch = stage.work(lambda page: -page, "fetch")
    going = []
    fetch.may_finish = lambda _: going
    caller = stage.thread("caller", stage.code.parallel_map, fetch, pages, limit)
    stage.run_until_blocked()
    most = len(stage.left)
    going.append(True)
    while stage.step():
        most = max(most, len(stage.left))
    assert sorted(caller.outcome()) == sorted(-page for page in pages)
    assert fetch.most <= limit, f"{fetch.most} calls at once, {limit} are allowed"
    assert most <= limit, f"{most} threads at once, {limit} are allowed"


@lab.case(
    "A thread that is free takes the next item",
    points=2,
    task=2,
    explain="As long as there are items, `limit` calls are under way: not one by one, and not in batches "
    "that wait for the slowest.",
)
@lab.schedules(preemptions=0, budget=3)
def test_always_busy(stage):
    limit, count = 3, 6
    pages = numbers(stage, count)
    fetch = stage.work(lambda page: -page, "fetch")
    ready = []
    fetch.may_finish = lambda call: call in ready
    caller = stage.thread("caller", stage.code.parallel_map, fetch, pages, limit)
    stage.run_until_blocked()
    for done in range(count):
        inside, expected = len(fetch.inside), min(limit, count - done)
        assert inside == expected, f"{done} have ended: {inside} under way, {expected} could be"
        ready.append(fetch.inside[-1])
        stage.run_until_blocked()
    assert sorted(caller.outcome()) == sorted(-page for page in pages)


@lab.case(
    "An exception reaches the caller",
    points=2,
    task=3,
    explain="One call raises: the caller gets that very exception, and gets it when no call is under "
    "way any more.",
)
@lab.schedules(preemptions=1, budget=30)
def test_one_fails(stage):
    pages, text = numbers(stage, 3), str(stage.random.random())
    bad = stage.random.choice(pages)

    def work(page):
        if page == bad:
            raise Boom(text)
        return page

    fetch = stage.work(work, "fetch")
    caller = stage.thread("caller", stage.code.parallel_map, fetch, pages, 2)
    seen = []
    caller.on_end = lambda: seen.append(len(fetch.inside))
    stage.run_until_blocked()
    assert caller.ended, "one call raised, and the caller waits for ever"
    assert caller.error is not None, f"one call raised, and it returned {caller.result}"
    assert (caller.error.type, caller.error.message) == ("Boom", text)
    assert seen == [0], "the exception went on while another call was still under way"
    caller.error = None


@lab.case(
    "All calls fail",
    points=1,
    task=3,
    explain="Every single call raises: more failures than threads. Nobody may wait for a thread that "
    "is dead.",
)
@lab.schedules(preemptions=1, budget=20)
def test_all_fail(stage):
    pages, text = numbers(stage, 4), str(stage.random.random())

    def work(page):
        raise Boom(text)

    fetch = stage.work(work, "fetch")
    caller = stage.thread("caller", stage.code.parallel_map, fetch, pages, 2)
    stage.run_until_blocked()
    assert caller.ended, "every call raised, and the caller waits for ever"
    assert caller.error is not None, f"every call raised, and it returned {caller.result}"
    assert (caller.error.type, caller.error.message) == ("Boom", text)
    caller.error = None


@lab.case(
    "No thread is left",
    points=1,
    task=3,
    explain="When the function returns, and when it raises, its threads have ended: wait for each of them.",
)
@lab.schedules(preemptions=1, budget=30)
def test_none_left(stage):
    pages, fails = numbers(stage, 3), stage.random.random() < 0.5

    def work(page):
        if fails and page == pages[0]:
            raise Boom
        return -page

    fetch = stage.work(work, "fetch")
    caller = stage.thread("caller", stage.code.parallel_map, fetch, pages, 2)
    seen = []
    caller.on_end = lambda: seen.append(stage.left)
    stage.run_until_blocked()
    assert caller.ended, "it never returned"
    assert fetch.calls, "it called nothing"
    assert seen == [()], f"{', '.join(seen[0])} had not ended when it returned"
    caller.error = None


@lab.case(
    "Any item is an item, any result a result",
    points=1,
    task=1,
    explain="None, 0 and an empty text are items and results like all others: no signal to stop.",
)
@lab.schedules(preemptions=0, budget=5)
def test_any_item(stage):
    pages = [None, 0, "", stage.random.randrange(1000), False, -1]
    stage.random.shuffle(pages)
    fetch = stage.work(lambda page: page, "fetch")
    found = stage.code.parallel_map(fetch, pages, 2)
    assert len(fetch.calls) == len(pages), f"{len(pages)} items, and {len(fetch.calls)} calls"
    assert sorted(map(repr, found)) == sorted(map(repr, pages))
