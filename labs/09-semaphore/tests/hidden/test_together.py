"""Several at once, jobs that fail, people who lose patience, and a bucket that nobody used for long."""

from conclab.classroom import lab


class Boom(Exception):
    """Raised by a job."""


@lab.case(
    "Never more than the limit, in any order",
    points=2,
    task=1,
    explain="Two jobs both saw that there was a place, and there was only one.",
)
@lab.schedules(preemptions=2, budget=150)
def test_never_more(stage):
    limit = 1
    values = stage.random.sample(range(1000), 2)
    left = iter(values)
    busy, job = stage.cell(0, "busy"), stage.work(lambda: next(left), "job")
    limiter = stage.code.Limiter(limit, busy)
    ann, bob = stage.thread("ann", limiter.run, job), stage.thread("bob", limiter.run, job)
    stage.run()
    assert job.most == limit, f"the limit is {limit}, and {job.most} ran at once"
    assert sorted([ann.result, bob.result]) == sorted(values)


@lab.case(
    "try_run is never one too many either",
    points=1,
    task=2,
    explain="try_run saw that there was a place, and another job took it before.",
)
@lab.schedules(preemptions=2, budget=120)
def test_never_more_tried(stage):
    busy, job = stage.cell(0, "busy"), stage.work(lambda: None, "job")
    limiter = stage.code.Limiter(1, busy)
    stage.thread("ann", limiter.run, job)
    bob = stage.thread("bob", limiter.try_run, job)
    stage.run()
    assert job.most == 1, f"the limit is 1, and {job.most} ran at once"
    called = [call.task for call in job.calls].count("bob")
    assert bob.result is bool(called), f"try_run said {bob.result}, and its job was called {called} times"
    assert len(job.calls) == 1 + called


@lab.case(
    "busy is right",
    points=2,
    task=1,
    explain="Two jobs began or ended at the same time, and busy.value was wrong afterwards.",
)
@lab.schedules(preemptions=2, budget=80)
def test_busy(stage):
    busy, job = stage.cell(0, "busy"), stage.work(lambda: None, "job")
    limiter = stage.code.Limiter(2, busy)
    tasks = [stage.thread("ann", limiter.run, job), stage.thread("bob", limiter.try_run, job)]
    while stage.step():
        assert 0 <= busy.value <= 2, f"there are 2 places, and busy.value is {busy.value}"
    stage.run()
    assert len(job.calls) == 2, "there is a place for both of them"
    assert tasks[1].result is True
    assert busy.value == 0, f"no job runs, and busy.value is {busy.value}"
    assert max(touch.value for touch in busy.writes) >= 1


@lab.case(
    "A job that fails gives its place back",
    points=2,
    task=1,
    explain="A job raised. The caller must see it, and afterwards there must be as many places as before.",
)
@lab.schedules(preemptions=0, budget=20)
def test_fails(stage):
    limit, text = stage.random.randrange(1, 3), str(stage.random.random())

    def booms():
        raise Boom(text)

    busy, bad, good = stage.cell(0, "busy"), stage.work(booms, "bad"), stage.work(lambda: text, "good")
    limiter = stage.code.Limiter(limit, busy)
    for way in ("run", "try_run"):
        for name in ("ann", "bob"):
            task = stage.thread(name, getattr(limiter, way), bad)
            stage.run_keeping_errors()
            assert task.error is not None, f"the job raised, and {way} returned {task.result}"
            assert (task.error.type, task.error.message) == ("Boom", text), (
                f"the job raised Boom, {way} {task.error}"
            )
            task.error = None
    assert len(bad.calls) == 4
    assert busy.value == 0, f"no job runs, and busy.value is {busy.value}"
    good.may_finish = lambda call: good.most == limit
    tasks = [stage.thread(name, limiter.run, good) for name in ("cem", "dan")[:limit]]
    stage.run()
    assert [task.result for task in tasks] == [text] * limit


@lab.case(
    "Who loses patience gives nothing back",
    points=2,
    task=2,
    explain="Somebody got no place in time and went away. Afterwards there were more places than before.",
)
@lab.schedules(preemptions=0, budget=30)
def test_patience(stage):
    patience = stage.random.randrange(1, 100)
    busy, job = stage.cell(0, "busy"), stage.work(lambda: None, "job")
    ready = []
    job.may_finish = lambda call: call in ready
    limiter = stage.code.Limiter(1, busy)
    stage.thread("ann", limiter.run, job)
    stage.run_until_blocked()
    late = []
    for name in ("bob", "cem"):
        task = stage.thread(name, limiter.run, job, patience)
        task.on_end = lambda: late.append(stage.now)
        stage.run_until_blocked()
        assert task.error is not None, "there was no place in time, and nothing was raised"
        assert task.error.type == "TimeoutError", f"it raised {task.error.type}, not TimeoutError"
        task.error = None
    assert late == [patience, 2 * patience], f"patience is {patience}; they went away at {late}"
    stage.thread("dan", limiter.run, job)
    stage.run_until_blocked()
    assert len(job.inside) == 1, f"the limit is 1, and {len(job.inside)} run"
    ready += job.inside
    stage.run_until_blocked()
    assert len(job.calls) == 2, "ann has gone, and dan did not get her place"
    ready += job.inside
    stage.run()
    assert busy.value == 0


@lab.case(
    "Every token is taken by one",
    points=2,
    task=3,
    explain="Two took the same token: in some time there were more calls than the tokens allow.",
)
@lab.schedules(preemptions=1, budget=60)
def test_tokens(stage):
    every = stage.random.choice([1, 2, 4, 8])
    clock, tokens = stage.clock(), stage.cell(1, "tokens")
    bucket = stage.code.Bucket(clock, tokens, every, 1)
    times = []
    for name in ("ann", "bob", "cem"):
        stage.thread(name, bucket.take).on_end = lambda: times.append(stage.now)
    stage.run()
    soon = [at for nth, at in enumerate(times) if at < nth * every]
    assert not soon, f"a full bucket of 1, one every {every} s, and tokens were taken at {times}"
    assert times[0] == 0, f"the bucket was full, and the first one got a token at {times[0]:g}"
    assert tokens.writes, "tokens.value says how many are there, and was never written"


@lab.case(
    "A long pause does not fill the bucket beyond its burst",
    points=1,
    task=3,
    explain="Nobody took a token for long. Not more than burst are kept: those that come later are lost.",
)
@lab.schedules(preemptions=0)
def test_pause(stage):
    every, burst = stage.random.choice([0.5, 1, 2, 4]), stage.random.randrange(1, 4)
    clock, tokens = stage.clock(), stage.cell(burst, "tokens")
    bucket = stage.code.Bucket(clock, tokens, every, burst)
    pause = stage.random.randrange(50, 100) * every
    stage.pass_time(pause)  # so long nobody took one
    found = [bucket.try_take() for _ in range(burst + 2)]
    assert found == [True] * burst + [False, False], f"burst {burst}, after a long pause: {found}"
    bucket.take()
    assert stage.now == pause + every, (
        f"{stage.now - pause:g} s for the next token, and one comes every {every:g} s"
    )


@lab.case(
    "try_take does not wait while another one sleeps",
    points=1,
    task=3,
    explain="One slept until there was a token, and another one's try_take waited for that, not only looked.",
)
@lab.schedules(preemptions=0, budget=20)
def test_asleep(stage):
    every = stage.random.choice([1, 2, 4, 8])
    clock, tokens = stage.clock(), stage.cell(1, "tokens")
    bucket = stage.code.Bucket(clock, tokens, every, 1)
    bucket.take()
    ann = stage.thread("ann", bucket.take)
    while not asleep(ann, clock):
        assert not ann.ended, "the bucket is empty, and take returned"
        assert stage.step(), "the bucket is empty, and take does not sleep on the clock"
    bob = stage.thread("bob", bucket.try_take)
    ended = []
    bob.on_end = lambda: ended.append(stage.now)
    stage.run()
    assert ended == [0], f"try_take was called at 0 and answered at {ended[0]:g}, when ann had slept"
    assert bob.result is False, f"the bucket is empty, and try_take said {bob.result}"
    assert stage.now >= every, f"ann had a token at {stage.now:g}, {every} by rights"


def asleep(task, clock):
    """Whether it waits for the clock."""
    clock.stage.settle()
    return task.pending is not None and task.pending.target is clock and task.pending.do == "sleep"
