"""What they return."""

from conclab.classroom import lab


def addresses(stage, count):
    """Different ones."""
    return [f"/{number}" for number in stage.random.sample(range(1000), count)]


@lab.case("One page", points=1, task=1)
@lab.schedules(preemptions=0, budget=2)
def test_one(stage):
    (url,), word = addresses(stage, 1), str(stage.random.random())
    get = stage.work(lambda url: url + word, "get")
    assert stage.await_(stage.code.fetch, get, url) == url + word
    assert [call.args for call in get.calls] == [(url,)]


@lab.case("Many pages, in the order of their addresses", points=1, task=2)
@lab.schedules(preemptions=1, budget=4)
def test_in_order(stage):
    urls, word = addresses(stage, 3), str(stage.random.random())
    get = stage.work(lambda url: url + word, "get")
    assert stage.await_(stage.code.fetch_all, get, urls) == [url + word for url in urls]
    assert sorted(call.args for call in get.calls) == sorted((url,) for url in urls)


@lab.case("No page", points=1, task=2)
@lab.schedules(preemptions=0, budget=2)
def test_none(stage):
    get = stage.work(lambda url: url, "get")
    assert stage.await_(stage.code.fetch_all, get, []) == []
    assert not get.calls


@lab.case("A page that is there in time", points=1, task=3)
@lab.schedules(preemptions=0, budget=2)
def test_in_time(stage):
    (url,), word, instead = addresses(stage, 1), str(stage.random.random()), stage.random.randrange(1000)
    get = stage.work(lambda url: url + word, "get")
    assert stage.await_(stage.code.fetch_or, get, url, 5, instead) == url + word
    assert len(get.calls) == 1
