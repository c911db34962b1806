"""Split, run and merge, all in one process."""

from conclab.classroom import lab


@lab.case("Count words", points=1, task=1)
@lab.schedules(preemptions=0, budget=2)
def test_counts(stage):
    first, second, third = (f"w{number}" for number in stage.random.sample(range(1000), 3))
    lines = [f"{first} {second} {first}", f"{third} {third} {second}", f"{first}"]
    code = stage.code
    assert code.merge([code.run(job) for job in code.split(lines, [], 2)]) == {first: 3, second: 2, third: 2}


@lab.case("Stop words are not counted", points=1, task=1)
@lab.schedules(preemptions=0, budget=2)
def test_stop_words(stage):
    first, second, third = (f"w{number}" for number in stage.random.sample(range(1000), 3))
    lines = [f"{first} {second} {third}", f"{third} {second}", f"{second} {first}"]
    code = stage.code
    assert code.merge([code.run(job) for job in code.split(lines, [second], 3)]) == {first: 2, third: 2}


@lab.case("Few lines, and none", points=1, task=1)
@lab.schedules(preemptions=0, budget=2)
def test_few(stage):
    word, code = f"w{stage.random.randrange(1000)}", stage.code
    assert code.split([], ["a"], 3) == []
    assert code.merge([]) == {}
    jobs = code.split([word], ["a"], 3)
    assert len(jobs) == 1, f"one line, and {len(jobs)} jobs"
    assert code.merge([code.run(jobs[0])]) == {word: 1}
