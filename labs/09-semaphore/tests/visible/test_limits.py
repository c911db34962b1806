"""What a limiter and a bucket do, in one order of things."""

from conclab.classroom import lab


@lab.case("run returns what the job returns", points=1, task=1)
@lab.schedules(preemptions=0)
def test_run(stage):
    values, limit = stage.random.sample(range(1000), 5), stage.random.randrange(1, 4)
    left = iter(values)
    busy, job = stage.cell(0, "busy"), stage.work(lambda: (next(left), seen.append(busy.value))[0], "job")
    seen = []
    limiter = stage.code.Limiter(limit, busy)
    found = [limiter.run(job) for _ in values]
    assert found == values, f"the jobs returned {values}, run {found}"
    assert seen == [1] * len(values), f"one job runs, and busy.value is {seen[0]}"
    assert busy.value == 0, f"no job runs, and busy.value is {busy.value}"


@lab.case("As many as the limit, and no more", points=2, task=1)
@lab.schedules(preemptions=0, budget=30)
def test_limit(stage):
    limit = 2
    busy, job = stage.cell(0, "busy"), stage.work(lambda: None, "job")
    ready = []
    job.may_finish = lambda call: call in ready
    limiter = stage.code.Limiter(limit, busy)
    for name in ("ann", "bob", "cem", "dan"):
        stage.thread(name, limiter.run, job)
    stage.run_until_blocked()
    for left in (4, 3, 2, 1):
        assert len(job.inside) == min(limit, left), f"the limit is {limit}, and {len(job.inside)} run"
        assert busy.value == len(job.inside), f"{len(job.inside)} run, and busy.value is {busy.value}"
        ready.append(job.inside[0])
        stage.run_until_blocked()
    assert busy.value == 0


@lab.case("try_run does not wait", points=1, task=2)
@lab.schedules(preemptions=0)
def test_try_run(stage):
    busy, job = stage.cell(0, "busy"), stage.work(lambda: None, "job")
    ready = []
    job.may_finish = lambda call: call in ready
    limiter = stage.code.Limiter(1, busy)
    ann = stage.thread("ann", limiter.run, job)
    stage.run_until_blocked()
    assert limiter.try_run(job) is False, "there is no place, and try_run does not say False"
    assert len(job.calls) == 1, "there is no place, and the job was called"
    ready += job.calls
    stage.run()
    assert ann.ended
    job.may_finish = lambda call: True
    assert limiter.try_run(job) is True, "there is a place, and try_run does not say True"
    assert len(job.calls) == 2
    assert busy.value == 0


@lab.case("The bucket is full at first, and then fills at its pace", points=2, task=3)
@lab.schedules(preemptions=0)
def test_pace(stage):
    every, burst = stage.random.choice([0.5, 1, 2, 4, 8]), stage.random.randrange(1, 4)
    clock, tokens = stage.clock(), stage.cell(burst, "tokens")
    bucket = stage.code.Bucket(clock, tokens, every, burst)
    times = []
    for _ in range(burst + 2):
        bucket.take()
        times.append(stage.now)
    expected = [0] * burst + [every, 2 * every]
    assert times == expected, f"burst {burst}, one every {every:g} s: at {expected} by rights, and at {times}"
    assert bucket.try_take() is False, "the bucket is empty, and try_take does not say False"
    assert stage.now == expected[-1], "try_take waited"
