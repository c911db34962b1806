"""Writers alone; nobody forgotten; nobody starved; and what raises leaves nothing behind."""

from conclab.classroom import lab


class Torn(Exception):
    """The page is."""


def make(stage):
    counts, changed = stage.record("counts", readers=0, writers=0), stage.condition(name="changed")
    return stage.code.Document(counts, changed)


class Pages:
    """look and change, which notice who is beside them and may be held up."""

    def __init__(self, stage):
        self.values = stage.random.sample(range(1000), 2)
        self.look = stage.work(lambda: self.values[0], "look")
        self.change = stage.work(lambda: self.values[1], "change")
        self.held = {"look": False, "change": False}
        self.look.may_finish = lambda call: not self.held["look"]
        self.change.may_finish = lambda call: not self.held["change"]

    def check(self):
        """Nobody is beside a writer."""
        assert len(self.change.inside) <= 1, "two changed at the same time"
        assert not (self.change.inside and self.look.inside), "one looked while another one changed"


def run(stage, pages, tasks):
    """To the end, looking in between, and at what came out."""
    while stage.step():
        pages.check()
    stage.run()
    for task in tasks:
        expected = pages.values["eve" in task.name]
        assert task.result == expected, f"{task.name} got {task.result}, not {expected}"


@lab.case(
    "A reader and a writer who come at the same time",
    points=1,
    task=2,
    explain="A reader and a writer both saw that nobody was there, and both went in.",
)
@lab.schedules(preemptions=2, budget=100)
def test_at_once(stage):
    pages, document = Pages(stage), make(stage)
    pages.held["change"] = True  # a writer who is in stays until the reader has come, and waits
    tasks = [
        stage.thread("ann", document.read, pages.look),
        stage.thread("eve", document.write, pages.change),
    ]
    while stage.step():
        pages.check()
    pages.held["change"] = False
    run(stage, pages, tasks)
    assert len(pages.look.calls) == len(pages.change.calls) == 1


@lab.case(
    "Nobody is beside a writer",
    points=2,
    task=2,
    explain="Two writers waited for a reader to leave, and then two were inside together.",
)
@lab.schedules(preemptions=1, budget=60)
def test_alone_inside(stage):
    pages, document = Pages(stage), make(stage)
    pages.held["look"] = True
    tasks = [stage.thread("ann", document.read, pages.look)]
    stage.run_until_blocked()
    tasks += [stage.thread(name, document.write, pages.change) for name in ("eve", "eve again")]
    stage.run_until_blocked()
    assert not pages.change.calls, "eve changes while ann looks"
    pages.held["look"] = False
    run(stage, pages, tasks)
    assert len(pages.change.calls) == 2


@lab.case(
    "The readers are counted right",
    points=2,
    task=2,
    explain="Two readers came or left together, their number was wrong, and no writer gets in any more.",
)
@lab.schedules(preemptions=1, budget=50)
def test_counted(stage):
    pages, document = Pages(stage), make(stage)
    pages.look.may_finish = lambda call: pages.look.most == 2
    tasks = [stage.thread(name, document.read, pages.look) for name in ("ann", "bob")]
    run(stage, pages, tasks)
    assert document.write(pages.change) == pages.values[1]
    assert document.read(pages.look) == pages.values[0]


@lab.case(
    "Two readers are in, one leaves: the writer still waits",
    points=1,
    task=2,
    explain="A writer may go in when the last reader has left, not when the first one has.",
)
@lab.schedules(preemptions=0, budget=20)
def test_last_reader(stage):
    pages, document = Pages(stage), make(stage)
    gone = []
    pages.look.may_finish = lambda call: call.task in gone
    tasks = [stage.thread(name, document.read, pages.look) for name in ("ann", "bob")]
    stage.run_until_blocked()
    assert len(pages.look.inside) == 2, "two readers are not in together"
    tasks.append(stage.thread("eve", document.write, pages.change))
    for name in stage.random.sample(["ann", "bob"], 2):
        stage.run_until_blocked()
        assert not pages.change.calls, f"eve is in, and {len(pages.look.inside)} still read"
        gone.append(name)
    run(stage, pages, tasks)


@lab.case(
    "Nobody who waits is forgotten",
    points=2,
    task=2,
    explain="A writer left, and of those who waited for that one was not woken, or not the right one.",
)
@lab.schedules(preemptions=1, budget=50)
def test_woken(stage):
    pages, document = Pages(stage), make(stage)
    pages.held["change"] = True
    tasks = [stage.thread("eve", document.write, pages.change)]
    stage.run_until_blocked()
    assert pages.change.inside, "nobody is there, and the writer is not let in"
    tasks += [stage.thread(name, document.read, pages.look) for name in ("ann", "bob")]
    stage.run_until_blocked()
    tasks.append(stage.thread("eve again", document.write, pages.change))
    stage.run_until_blocked()
    assert len(pages.change.inside) == 1
    assert not pages.look.inside, "ann or bob looks while eve changes"
    pages.held["change"] = False
    run(stage, pages, tasks)


@lab.case(
    "A writer who waits does not starve",
    points=2,
    task=3,
    explain="A reader who came later went in before a writer who waits: that one may never get in.",
)
@lab.schedules(preemptions=0, budget=20)
def test_starving(stage):
    pages, document = Pages(stage), make(stage)
    pages.held["look"] = True
    tasks = [stage.thread("ann", document.read, pages.look)]
    stage.run_until_blocked()
    assert pages.look.inside, "nobody is there, and the reader is not let in"
    tasks.append(stage.thread("eve", document.write, pages.change))
    stage.run_until_blocked()
    assert not pages.change.calls, "eve changes while ann looks"
    tasks += [stage.thread(name, document.read, pages.look) for name in ("bob", "cem")]
    stage.run_until_blocked()
    assert len(pages.look.calls) == 1, "eve waits, and a reader who came later went in"
    pages.held["look"] = False
    run(stage, pages, tasks)


@lab.case(
    "What raises leaves nothing behind",
    points=2,
    task=3,
    explain="look or change raised. The caller must see it, and the next ones must get in all the same.",
)
@lab.schedules(preemptions=0, budget=20)
def test_raising(stage):
    pages, document, text = Pages(stage), make(stage), str(stage.random.random())

    def tears():
        raise Torn(text)

    torn = stage.work(tears, "torn")
    for way in ("read", "write"):
        task = stage.thread(way, getattr(document, way), torn)
        stage.run_keeping_errors()
        assert task.error is not None, f"it raised, and {way} returned {task.result}"
        assert (task.error.type, task.error.message) == ("Torn", text), f"{way} raised {task.error}"
        task.error = None
        tasks = [stage.thread("eve", document.write, pages.change)]
        tasks += [stage.thread(name, document.read, pages.look) for name in ("ann", "bob")]
        run(stage, pages, tasks)
