"""All at once, in every order; those who share nothing; and one who chokes."""

from conclab.classroom import lab


class Choked(Exception):
    """While eating."""


def dinner(stage, size, guests):
    """Forks, meals, and philosophers who show at the end of eating whether they have both of their forks."""
    forks = [stage.lock(f"fork {n}") for n in range(size)]
    meals = stage.random.sample(range(1000), size)
    without = []

    def eats(n):
        names = [None if forks[k].owner is None else forks[k].owner.name for k in (n, (n + 1) % size)]
        if names != [guests[n], guests[n]]:
            without.append(n)
        return meals[n]

    return forks, stage.work(eats, "eat"), Check(forks, meals, without)


class Check:
    """What must hold after dinner."""

    def __init__(self, forks, meals, without):
        self.forks, self.meals, self.without = forks, meals, without

    def __call__(self, tasks):
        assert not self.without, f"philosopher {self.without[0]} ate without both forks"
        for n, task in tasks.items():
            assert task.result == self.meals[n], f"dine returned {task.result}, eat({n}) {self.meals[n]}"
        assert all(fork.owner is None for fork in self.forks), "a fork was not put back"


def at_the_table(stage, names):
    guests = dict(enumerate(names))
    forks, eat, check = dinner(stage, len(names), guests)
    table = stage.code.Table(forks)
    tasks = {n: stage.thread(name, table.dine, n, eat) for n, name in guests.items()}
    stage.run()
    check(tasks)
    assert sorted(call.args for call in eat.finished) == [(n,) for n in guests], "each of them eats once"


@lab.case(
    "A table of two",
    points=1,
    task=2,
    explain="Two philosophers, two forks: each had one, and waited for the other's.",
)
@lab.schedules(preemptions=2, budget=120)
def test_two(stage):
    at_the_table(stage, ["ann", "bob"])


@lab.case(
    "A table of three",
    points=3,
    task=2,
    explain="Each took one fork and waits for the next one: a circle, at one size of the table at least.",
)
@lab.schedules(preemptions=2, budget=150)
def test_three(stage):
    at_the_table(stage, ["ann", "bob", "eve"])


@lab.case(
    "A full table of five",
    points=1,
    task=2,
    explain="Each took one fork and waits for the next one: a circle, at one size of the table at least.",
)
@lab.schedules(preemptions=0, budget=10)
def test_five(stage):
    names = ["ann", "bob", "cem", "dan", "eve"]
    guests = dict(enumerate(names))
    forks, eat, check = dinner(stage, 5, guests)
    table = stage.code.Table(forks)
    tasks = {n: stage.thread(name, table.dine, n, eat) for n, name in guests.items()}
    while stage.step():  # whoever has a fork is slow to do anything else, until each has one or waits
        for task in tasks.values():
            task.on_hold = any(fork.owner is task for fork in forks)
    for task in tasks.values():
        task.on_hold = False
    stage.run()
    check(tasks)


@lab.case(
    "Those who share no fork eat together",
    points=2,
    task=3,
    explain="Two philosophers who have no fork in common could not eat at the same time.",
)
@lab.schedules(preemptions=1, budget=100)
def test_together(stage):
    size = 5
    first = stage.random.randrange(size)
    guests = {first: "ann", (first + 2) % size: "bob"}
    forks, eat, check = dinner(stage, size, guests)
    eat.may_finish = lambda call: eat.most >= 2
    table = stage.code.Table(forks)
    tasks = {n: stage.thread(name, table.dine, n, eat) for n, name in guests.items()}
    stage.run()
    check(tasks)
    assert eat.most == 2


@lab.case(
    "Who chokes puts the forks back",
    points=2,
    task=1,
    explain="eat raised, and a fork was not put back: the neighbours wait for ever.",
)
@lab.schedules(preemptions=1, budget=80)
def test_choked(stage):
    size = 4
    n, text = stage.random.randrange(size), str(stage.random.random())
    forks = [stage.lock(f"fork {k}") for k in range(size)]

    def eats(who):
        if who == n:
            raise Choked(text)
        return who

    eat = stage.work(eats, "eat")
    table = stage.code.Table(forks)
    ann = stage.thread("ann", table.dine, n, eat)
    bob = stage.thread("bob", table.dine, (n + 1) % size, eat)
    eve = stage.thread("eve", table.dine, (n - 1) % size, eat)
    stage.run_keeping_errors()
    assert ann.error is not None, "eat raised, and dine returned"
    assert (ann.error.type, ann.error.message) == ("Choked", text), (
        f"eat raised Choked, dine {ann.error.type}"
    )
    ann.error = None
    assert (bob.result, eve.result) == ((n + 1) % size, (n - 1) % size)
    assert all(fork.owner is None for fork in forks), "a fork was not put back"
