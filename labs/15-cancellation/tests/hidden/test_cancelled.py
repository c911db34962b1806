"""Time-outs and cancellations at each await, once and again."""

from conclab.classroom import lab


class Boom(Exception):
    """Raised by one of the three."""


class Scene:
    """One use, each of its three calls held until the test lets it end."""

    def __init__(self, stage, *, seconds=5, fails=""):
        self.stage = stage
        self.handle, self.result = stage.random.sample(range(1000), 2)
        self.going = set()
        self.open_it = self._held("open_it", lambda: self.handle, fails)
        self.work = self._held("work", lambda _: self.result, fails)
        self.close_it = self._held("close_it", lambda _: None, fails)
        self.at_end = []
        self.task = stage.coroutine("task", stage.code.use, self.open_it, self.work, self.close_it, seconds)
        self.task.on_end = lambda: self.at_end.append((len(self.close_it.finished), self.inside))

    def _held(self, name, result, fails):
        def does(*args):
            if name == fails:
                raise Boom(name)
            return result(*args)

        work = self.stage.async_work(does, name)
        work.may_finish = lambda _: name in self.going
        return work

    @property
    def inside(self):
        """What is under way."""
        return [one.name for one in (self.open_it, self.work, self.close_it) if one.inside]

    def until(self, name):
        """Let everything before this call end."""
        names = ["open_it", "work", "close_it"]
        self.going |= set(names[: names.index(name)])
        self.stage.settle()
        while name not in self.inside and self.stage.step():
            self.stage.settle()
        assert self.inside == [name], (
            f"{name} should be under way now, and there is {self.inside or 'nothing'}"
        )

    def cancel(self):
        """Cancel, and see what the task does as long as no call ends by itself."""
        self.stage.cancel(self.task)
        self.stage.settle()

    def ends(self):
        """Let all calls end; returns the name of what the task raised."""
        self.going |= {"open_it", "work", "close_it"}
        self.stage.run_until_blocked()
        assert self.task.ended, "it never ended"
        error, self.task.error = self.task.error, None
        return error.type if error else "nothing"

    def closed(self):
        """Closed once, to its end, before the task ended."""
        calls = self.close_it.calls
        assert [call.args for call in calls] == [(self.handle,)], (
            f"close_it was called {len(calls)} times, once is right"
        )
        assert not calls[0].cancelled, "close_it was cancelled half-way"
        assert self.at_end == [(1, [])], "the task ended while close_it was still under way"


@lab.case(
    "Cancelled while it opens",
    points=1,
    task=2,
    explain="Cancelled before anything was open: nothing is closed, no work begins, and the "
    "cancellation goes on.",
)
@lab.schedules(preemptions=0, budget=2)
def test_while_it_opens(stage):
    scene = Scene(stage)
    scene.until("open_it")
    scene.cancel()
    assert scene.ends() == "CancelledError"
    assert not scene.work.calls + scene.close_it.calls
    assert scene.open_it.calls[0].cancelled


@lab.case(
    "Cancelled while it works: it is closed",
    points=2,
    task=2,
    explain="Cancelled in the middle of work: what is open has to be closed, once, before the task ends.",
)
@lab.schedules(preemptions=0, budget=2)
def test_while_it_works(stage):
    scene = Scene(stage)
    scene.until("work")
    scene.cancel()
    scene.ends()
    assert scene.work.calls[0].cancelled, "the work went on after the cancellation"
    scene.closed()


@lab.case(
    "A cancellation goes on",
    points=2,
    task=2,
    explain="Whoever cancels a task must see it end as cancelled: at each of its awaits.",
)
@lab.schedules(preemptions=0, budget=2)
def test_goes_on(stage):
    for name in ("work", "close_it"):
        scene = Scene(stage)
        scene.until(name)
        scene.cancel()
        raised = scene.ends()
        assert raised == "CancelledError", f"cancelled in {name}, and it raised {raised}"


@lab.case(
    "Work that takes too long",
    points=2,
    task=2,
    explain="When the time is over, the work is cancelled, what is open is closed, and TimeoutError "
    "is raised.",
)
@lab.schedules(preemptions=0, budget=2)
def test_too_long(stage):
    scene = Scene(stage, seconds=stage.random.randrange(2, 9))
    scene.going |= {"open_it", "close_it"}
    stage.run_until_blocked()
    assert scene.task.ended, "the time is over, and it still waits"
    error, scene.task.error = scene.task.error, None
    assert error is not None, f"the time is over, and it returned {scene.task.result!r}"
    assert error.type == "TimeoutError", f"raised {error.type}"
    assert scene.work.calls[0].cancelled, "the work is still under way"
    scene.closed()


@lab.case(
    "Cancelled while it closes",
    points=2,
    task=3,
    explain="A close that has begun goes on to its end, and the task does not end before: also if it "
    "was cancelled once.",
)
@lab.schedules(preemptions=0, budget=2)
def test_while_it_closes(stage):
    scene = Scene(stage)
    scene.until("close_it")
    scene.cancel()
    scene.ends()
    scene.closed()


@lab.case(
    "Cancelled again and again",
    points=2,
    task=3,
    explain="Cancelled in the work, then again while it closes: closed to its end, once, before the "
    "task ends.",
)
@lab.schedules(preemptions=0, budget=2)
def test_again(stage):
    scene = Scene(stage)
    scene.until("work")
    for _ in range(stage.random.randrange(3, 6)):
        scene.cancel()
    raised = scene.ends()
    scene.closed()
    assert raised == "CancelledError", f"cancelled, and it raised {raised}"
