"""Several threads, in every order of their steps."""

from conclab.classroom import lab


@lab.case(
    "No addition is lost",
    points=3,
    task=2,
    explain="Two threads read the same value before either of them wrote: one addition is lost.",
)
@lab.schedules(preemptions=2, budget=60)
def test_no_lost_update(stage):
    amounts = [stage.random.randrange(1, 1000) for _ in range(3)]
    start = stage.random.randrange(1000)
    cell = stage.cell(start)
    counter = stage.code.Counter(cell)
    for name, amount in zip(("ann", "bob", "eve"), amounts, strict=True):
        stage.thread(name, counter.add, amount)
    stage.run()
    assert cell.value == start + sum(amounts), f"{start} + {amounts}, and there is {cell.value}"
    assert len(cell.writes) == len(amounts)


@lab.case(
    "Nobody takes what another one has taken",
    points=3,
    task=3,
    explain="Between looking whether there is enough and taking it, another thread took it.",
)
@lab.schedules(preemptions=2, budget=150)
def test_check_and_take(stage):
    there = stage.random.randrange(50, 100)
    wanted = stage.random.randrange(there // 2 + 1, there)
    cell = stage.cell(there)
    counter = stage.code.Counter(cell)
    ann = stage.thread("ann", counter.take, wanted)
    bob = stage.thread("bob", counter.take, wanted)
    stage.run()
    assert sorted([ann.result, bob.result]) == [False, True], (
        f"{ann.result} and {bob.result}: one can have it"
    )
    assert cell.value == there - wanted


@lab.case(
    "Adding and taking at once",
    points=1,
    task=3,
    explain="add and take must not come between each other's steps either: the same lock for both.",
)
@lab.schedules(preemptions=2, budget=150)
def test_add_while_taking(stage):
    there, amount = stage.random.randrange(50, 100), stage.random.randrange(1, 50)
    cell = stage.cell(there)
    counter = stage.code.Counter(cell)
    stage.thread("ann", counter.add, amount)
    bob = stage.thread("bob", counter.take, there)
    stage.run()
    assert bob.result is True
    assert cell.value == amount, f"{there} + {amount} - {there}, and there is {cell.value}"
