"""One philosopher, and two neighbours."""

from conclab.classroom import lab


def holders(forks):
    return [None if fork.owner is None else fork.owner.name for fork in forks]


@lab.case("Both forks while eating, none afterwards", points=2, task=1)
@lab.schedules(preemptions=0)
def test_both_forks(stage):
    size = stage.random.randrange(3, 7)
    forks = [stage.lock(f"fork {n}") for n in range(size)]
    n = stage.random.choice([0, 1, size - 1])
    meal = stage.random.randrange(1000)
    seen = []

    def eats(who):
        seen.append(holders(forks))
        return meal

    eat = stage.work(eats, "eat")
    found = stage.code.Table(forks).dine(n, eat)
    assert [call.args for call in eat.calls] == [(n,)], f"eat({n}) is to be called once, and nothing else"
    needed = {n, (n + 1) % size}
    held = {k for k, who in enumerate(seen[0]) if who == "main"}
    assert held == needed, f"philosopher {n} of {size} needs forks {sorted(needed)}, and had {sorted(held)}"
    assert found == meal, f"eat returned {meal}, dine returned {found}"
    assert holders(forks) == [None] * size, f"after eating the forks are with {holders(forks)}"


@lab.case("The last one has fork 0 on the right", points=1, task=1)
@lab.schedules(preemptions=0)
def test_last_one(stage):
    size = stage.random.randrange(3, 7)
    forks = [stage.lock(f"fork {n}") for n in range(size)]
    eat = stage.work(lambda n: n, "eat")
    table = stage.code.Table(forks)
    assert [table.dine(n, eat) for n in range(size)] == list(range(size))
    taken = [len(fork.order) for fork in forks]
    assert all(count >= 2 for count in taken), (
        f"each fork is needed by two philosophers, and was taken {taken} times"
    )
    assert holders(forks) == [None] * size


@lab.case("Two neighbours both eat", points=1, task=2)
@lab.schedules(preemptions=0)
def test_neighbours(stage):
    size = 4
    forks = [stage.lock(f"fork {n}") for n in range(size)]
    first = stage.random.randrange(size)
    eat = stage.work(lambda n: n, "eat")
    table = stage.code.Table(forks)
    stage.thread("ann", table.dine, first, eat)
    stage.thread("bob", table.dine, (first + 1) % size, eat)
    stage.run()
    assert len(eat.finished) == 2
    assert eat.most == 1, "they have a fork in common, and ate at the same time"
