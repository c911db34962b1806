"""One thread."""

from conclab.classroom import lab


@lab.case("The result of the function, computed once", points=1, task=1)
@lab.schedules()
def test_once(stage):
    key, factor = stage.random.randrange(100), stage.random.randrange(2, 100)
    fn = stage.work(lambda key: key * factor, "fn")
    cache = stage.code.Cache(fn)
    assert [cache.get(key), cache.get(key)] == [key * factor] * 2
    assert len(fn.calls) == 1
    assert cache.get(key + 1) == (key + 1) * factor


@lab.case("None is a result as well", points=1, task=1)
@lab.schedules()
def test_none(stage):
    fn = stage.work(lambda _: None, "fn")
    cache = stage.code.Cache(fn)
    assert cache.get(1) is None
    assert cache.get(1) is None
    assert len(fn.calls) == 1, f"computed {len(fn.calls)} times"


@lab.case("Two threads want the same", points=2, task=2)
@lab.schedules(preemptions=1)
def test_two_threads(stage):
    key, factor = stage.random.randrange(100), stage.random.randrange(2, 100)
    fn = stage.work(lambda key: key * factor, "fn")
    cache = stage.code.Cache(fn)
    tasks = [stage.thread(name, cache.get, key) for name in ("ann", "bob")]
    stage.run()
    assert [task.result for task in tasks] == [key * factor] * 2
    assert len(fn.calls) == 1, f"computed {len(fn.calls)} times"
