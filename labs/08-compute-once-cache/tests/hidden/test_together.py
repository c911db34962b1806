"""Several threads, other keys, and a function that raises."""

from conclab.classroom import lab


class Boom(Exception):
    """Raised by the function."""


@lab.case(
    "Three threads, in every order",
    points=2,
    task=2,
    explain="Called more than once for one key: after the wait for a lock one has to look again.",
)
@lab.schedules(preemptions=2, budget=150)
def test_three_threads(stage):
    key, factor = stage.random.randrange(100), stage.random.randrange(2, 100)
    fn = stage.work(lambda key: key * factor, "fn")
    cache = stage.code.Cache(fn)
    tasks = [stage.thread(name, cache.get, key) for name in ("ann", "bob", "eve")]
    stage.run()
    assert [task.result for task in tasks] == [key * factor] * 3
    assert len(fn.calls) == 1, f"computed {len(fn.calls)} times"


@lab.case(
    "Other keys don't wait",
    points=3,
    task=3,
    explain="While the function runs for one key, threads that want another one must not wait for it.",
)
@lab.schedules(preemptions=1, budget=60)
def test_other_keys(stage):
    one, other = stage.random.sample(range(100), 2)
    fn = stage.work(lambda key: -key, "fn")
    slow = True
    fn.may_finish = lambda call: call.args != (one,) or not slow
    cache = stage.code.Cache(fn)
    ann = stage.thread("ann", cache.get, one)
    bob = stage.thread("bob", cache.get, other)
    stage.run_until_blocked()
    assert bob.ended, "bob waits for ann's key"
    assert not ann.ended
    slow = False
    stage.run()
    assert (ann.result, bob.result) == (-one, -other)


@lab.case(
    "A function that raises",
    points=2,
    task=4,
    explain="What the function raises goes to whoever asked; nothing is remembered, and no lock is kept.",
)
@lab.schedules()
def test_raises(stage):
    text, key = str(stage.random.random()), stage.random.randrange(100)
    fails = True

    def compute(key):
        if fails:
            raise Boom(text)
        return -key

    fn = stage.work(compute, "fn")
    cache = stage.code.Cache(fn)
    ann = stage.thread("ann", cache.get, key)
    stage.run_keeping_errors()
    assert ann.error is not None, "the exception did not reach the caller"
    assert (ann.error.type, ann.error.message) == ("Boom", text)
    ann.error, fails = None, False
    bob = stage.thread("bob", cache.get, key)
    stage.run()
    assert bob.result == -key


@lab.case(
    "One waits while the function raises",
    points=1,
    task=4,
    explain="Whoever waited for one that failed must not wait for ever, nor get what was never computed.",
)
@lab.schedules(preemptions=2, budget=100)
def test_waiter_of_a_failure(stage):
    key, count = stage.random.randrange(100), 0

    def compute(key):
        nonlocal count
        count += 1
        if count == 1:
            raise Boom("first")
        return -key

    fn = stage.work(compute, "fn")
    cache = stage.code.Cache(fn)
    tasks = [stage.thread(name, cache.get, key) for name in ("ann", "bob")]
    stage.run_keeping_errors()
    failed = [task for task in tasks if task.error is not None]
    assert failed, "nobody was told of the exception"
    assert all(task.error.type == "Boom" for task in failed)
    assert all(task.result == -key for task in tasks if task not in failed)
    for task in failed:
        task.error = None
