"""One thread, and two that come one after the other's start."""

from conclab.classroom import lab


@lab.case("One thread: made and set up once", points=2, task=1)
@lab.schedules()
def test_alone(stage):
    number = stage.random.randrange(1, 1000)
    slot = stage.cell(None, "slot")
    connect, set_up = stage.work(lambda: number, "connect"), stage.work(lambda connection: None, "set_up")
    lazy = stage.code.Lazy(slot, connect, set_up)
    assert not connect.calls, "it was made before anybody needed it"
    found = [lazy.get(), lazy.get()]
    assert found == [number, number], f"connect returned {number}, get returned {found[0]}, then {found[1]}"
    assert len(connect.calls) == 1, f"connect was called {len(connect.calls)} times"
    assert [call.args for call in set_up.calls] == [(number,)], "set_up is called once, with the connection"
    assert slot.value == number, f"slot.value is {slot.value}"


@lab.case("Two threads: one connection", points=2, task=2)
@lab.schedules(preemptions=2, budget=150)
def test_two_threads(stage):
    numbers = stage.random.sample(range(1, 1000), 5)
    left = iter(numbers)
    slot = stage.cell(None, "slot")
    connect, set_up = stage.work(lambda: next(left), "connect"), stage.work(lambda connection: None, "set_up")
    lazy = stage.code.Lazy(slot, connect, set_up)
    ann, bob = stage.thread("ann", lazy.get), stage.thread("bob", lazy.get)
    stage.run()
    assert len(connect.calls) == 1, f"connect was called {len(connect.calls)} times"
    assert [ann.result, bob.result] == numbers[:1] * 2, f"ann got {ann.result}, bob got {bob.result}"
