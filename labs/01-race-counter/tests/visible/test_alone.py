"""One thread: what the methods do."""

from conclab.classroom import lab


@lab.case("One thread adds", points=1, task=1)
@lab.schedules()
def test_adds(stage):
    start, amount = stage.random.randrange(1000), stage.random.randrange(1, 100)
    cell = stage.cell(start)
    counter = stage.code.Counter(cell)
    assert counter.add(amount) is None
    assert cell.value == start + amount


@lab.case("One thread takes what is there, and no more", points=1, task=1)
@lab.schedules()
def test_takes(stage):
    there, more = stage.random.randrange(50, 100), stage.random.randrange(101, 200)
    cell = stage.cell(there)
    counter = stage.code.Counter(cell)
    assert counter.take(more) is False, f"{more} can't be taken from {there}"
    assert cell.value == there
    assert counter.take(there) is True
    assert cell.value == 0


@lab.case("Two threads add", points=1, task=2)
@lab.schedules()
def test_two_threads_add(stage):
    start, first, second = (stage.random.randrange(1, 1000) for _ in range(3))
    cell = stage.cell(start)
    counter = stage.code.Counter(cell)
    stage.thread("ann", counter.add, first)
    stage.thread("bob", counter.add, second)
    stage.run()
    assert cell.value == start + first + second, f"{start} + {first} + {second}, and there is {cell.value}"
