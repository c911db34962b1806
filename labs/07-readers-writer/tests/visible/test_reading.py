"""One thread, and readers beside each other."""

from conclab.classroom import lab


def make(stage):
    counts, changed = stage.record("counts", readers=0, writers=0), stage.condition(name="changed")
    return stage.code.Document(counts, changed)


@lab.case("read and write return what look and change return", points=1, task=1)
@lab.schedules(preemptions=0)
def test_alone(stage):
    values = stage.random.sample(range(1000), 4)
    left = iter(values)
    look, change = stage.work(lambda: next(left), "look"), stage.work(lambda: next(left), "change")
    document = make(stage)
    found = [document.read(look), document.write(change), document.read(look), document.write(change)]
    assert found == values, f"look and change returned {values}, read and write {found}"


@lab.case("Two readers look at the same time", points=2, task=1)
@lab.schedules(preemptions=1, budget=60)
def test_together(stage):
    value = stage.random.randrange(1000)
    look = stage.work(lambda: value, "look")
    look.may_finish = lambda call: look.most == 2
    document = make(stage)
    tasks = [stage.thread(name, document.read, look) for name in ("ann", "bob")]
    stage.run()
    assert [task.result for task in tasks] == [value, value]


@lab.case("A writer waits for a reader", points=1, task=2)
@lab.schedules(preemptions=0)
def test_writer_waits(stage):
    values = stage.random.sample(range(1000), 2)
    look, change = stage.work(lambda: values[0], "look"), stage.work(lambda: values[1], "change")
    done = stage.random.randrange(1000)
    ready = []
    look.may_finish = lambda call: done in ready
    document = make(stage)
    ann = stage.thread("ann", document.read, look)
    stage.run_until_blocked()
    eve = stage.thread("eve", document.write, change)
    stage.run_until_blocked()
    assert look.inside, "ann is to look, and does not"
    assert not change.calls, "eve changes while ann looks"
    ready.append(done)
    stage.run()
    assert [ann.result, eve.result] == values
