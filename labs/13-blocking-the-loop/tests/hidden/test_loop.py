"""Whether the loop goes on while a call blocks."""

from conclab.classroom import lab


class Boom(Exception):
    """Raised by the call."""


def addresses(stage, count):
    """Different ones."""
    return [f"/{number}" for number in stage.random.sample(range(1000), count)]


@lab.case(
    "Others go on while a page comes",
    points=2,
    task=1,
    explain="While get is under way the event loop looks after other coroutines: get is not called "
    "in its thread.",
)
@lab.schedules(preemptions=0, budget=2)
def test_others_go_on(stage):
    slow_url, quick_url = addresses(stage, 2)
    word = str(stage.random.random())
    slow, quick = stage.work(lambda url: url + word, "slow"), stage.work(lambda url: word + url, "quick")
    slow.may_finish = lambda _: quick.finished
    first = stage.coroutine("first", stage.code.fetch, slow, slow_url)
    other = stage.coroutine("other", stage.code.fetch, quick, quick_url)
    stage.run()
    assert (first.result, other.result) == (slow_url + word, word + quick_url)
    assert [call.args for call in slow.calls + quick.calls] == [(slow_url,), (quick_url,)]


@lab.case(
    "All pages at once",
    points=2,
    task=2,
    explain="No page waits for another one: all calls of get are under way before the first one ends.",
)
@lab.schedules(preemptions=0, budget=2)
def test_at_once(stage):
    urls, word = addresses(stage, 3), str(stage.random.random())
    get = stage.work(lambda url: url + word, "get")
    get.may_finish = lambda _: len(get.calls) == len(urls)
    assert sorted(stage.await_(stage.code.fetch_all, get, urls)) == sorted(url + word for url in urls)
    assert get.most == len(urls), f"{get.most} at once, {len(urls)} could be"


@lab.case(
    "A page that fails",
    points=1,
    task=2,
    explain="What get raises for one address goes on to the caller as it is.",
)
@lab.schedules(preemptions=0, budget=3)
def test_one_fails(stage):
    urls, text = addresses(stage, 3), str(stage.random.random())
    bad = stage.random.choice(urls)

    def does(url):
        if url == bad:
            raise Boom(text)
        return url

    get = stage.work(does, "get")
    task = stage.coroutine("all", stage.code.fetch_all, get, urls)
    stage.run_until_blocked()
    assert task.ended, "one page failed, and it waits for ever"
    assert task.error is not None, f"one page failed, and it returned {task.result}"
    assert (task.error.type, task.error.message) == ("Boom", text)
    task.error = None


@lab.case(
    "A page that takes too long",
    points=2,
    task=3,
    explain="When the time is over the other value is returned, although the call itself is still under way.",
)
@lab.schedules(preemptions=0, budget=2)
def test_too_long(stage):
    (url,), seconds = addresses(stage, 1), stage.random.randrange(2, 9)
    instead = stage.random.choice([None, stage.random.randrange(1, 1000)])
    get = stage.work(lambda url: url, "get")
    going = []
    get.may_finish = lambda _: going
    task = stage.coroutine("or", stage.code.fetch_or, get, url, seconds, instead)
    stage.run_until_blocked()
    assert [call.args for call in get.calls] == [(url,)]
    assert task.ended, f"{seconds} s are over, and it still waits"
    assert task.outcome() == instead
    assert abs(stage.now - seconds) < 1, f"gave up after {stage.now:g} s, and not after {seconds}"
    going.append(True)
    stage.run_until_blocked()


@lab.case(
    "A page that fails in time",
    points=1,
    task=3,
    explain="What get raises is no time-out: it goes on to the caller.",
)
@lab.schedules(preemptions=0, budget=2)
def test_fails_in_time(stage):
    (url,), text = addresses(stage, 1), str(stage.random.random())

    def does(url):
        raise Boom(text)

    get = stage.work(does, "get")
    task = stage.coroutine("or", stage.code.fetch_or, get, url, 5, "instead")
    stage.run_until_blocked()
    assert task.error is not None, f"get raised, and it returned {task.result!r}"
    assert (task.error.type, task.error.message) == ("Boom", text)
    task.error = None
