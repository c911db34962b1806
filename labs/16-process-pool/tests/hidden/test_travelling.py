"""The grader is the pool: each job in a process of its own, several in one, and what a job carries."""

from conclab.classroom import lab

PLAIN = {type(None), bool, int, float, str, bytes}


def text(random, lines=8):
    """Lines of words, some of which come again and again; each line has one that is nowhere else."""
    common = [f"c{number}" for number in random.sample(range(1000), 4)]
    own = [f"only{number}" for number in random.sample(range(100_000, 1_000_000), lines)]
    return [f"{word} {' '.join(random.choice(common) for _ in range(3))}" for word in own], own, common[0]


def counted(lines, stop):
    """What must come of it."""
    words = [word for line in lines for word in line.split() if word not in stop]
    return {word: words.count(word) for word in words}


def strange(value):
    """What is no plain data in a value."""
    if type(value) in PLAIN:
        return []
    if type(value) in {list, tuple, set, frozenset}:
        return [found for one in value for found in strange(one)]
    if type(value) is dict:
        return [found for pair in value.items() for found in strange(pair)]
    return [value]


def jobs_of(student, lines, stop, parts):
    """The jobs, once it is clear that they can travel."""
    jobs = student.code.split(lines, stop, parts)
    assert type(jobs) is list, f"split returns a list of jobs, and here is {jobs!r}"
    assert 0 < len(jobs) <= parts, f"{parts} parts, and {len(jobs)} jobs"
    assert not strange(jobs), f"{strange(jobs)[0]!r} is no plain data: it can't travel"
    return jobs


@lab.case(
    "A job can travel",
    points=1,
    task=2,
    explain="A job is sent to another process, and its result is sent back: both must be plain data, "
    "nothing else.",
)
def test_plain(student):
    lines, _, stop = text(student.stage.random)
    results = [student.code.run(job) for job in jobs_of(student, lines, [stop], 3)]
    assert not strange(results), f"{strange(results)[0]!r} is no plain data: it can't travel back"
    assert any(results), "run returns what it has found"


@lab.case(
    "Each job in a process of its own",
    points=3,
    task=2,
    explain="In a new process nothing is there but your file and the job: what split has put "
    "elsewhere is missing.",
)
def test_other_process(student):
    random = student.stage.random
    lines, _, stop = text(random)
    jobs, results = student.code.split(lines, [stop], 3), []
    for job in jobs:
        student.close()  # the next call is the first one in a new process
        results.append(student.code.run(job))
    random.shuffle(results)
    student.close()
    assert student.code.merge(results) == counted(lines, [stop])


@lab.case(
    "Each job carries its own lines and no others",
    points=2,
    task=2,
    explain="Each line has to be in one job: the work is not done before it is sent, and not "
    "everything is sent to all.",
)
def test_own_lines(student):
    lines, own, stop = text(student.stage.random)
    letters = [repr(job) for job in jobs_of(student, lines, [stop], 3)]
    for line, word in zip(lines, own, strict=True):
        found = sum(word in letter for letter in letters)
        assert found == 1, f"a line is in {found} jobs"
        assert any(line in letter for letter in letters), "a line is not in its job as it was"


@lab.case(
    "Jobs for everybody",
    points=1,
    task=2,
    explain="As many jobs as there are parts, and about equally large: who has the largest one is "
    "waited for.",
)
def test_shares(student):
    random = student.stage.random
    parts = random.randrange(3, 6)
    lines, own, stop = text(random, 3 * parts + 1)
    letters = [repr(job) for job in jobs_of(student, lines, [stop], parts)]
    assert len(letters) == parts, f"{parts} parts and {len(lines)} lines, and {len(letters)} jobs"
    shares = [sum(word in letter for word in own) for letter in letters]
    assert max(shares) <= 2 * min(shares), f"lines in each job: {shares}"


@lab.case(
    "Two jobs for the same worker",
    points=2,
    task=3,
    explain="A worker of a pool gets one job after another: what the first one leaves behind must "
    "not be counted again.",
)
def test_same_worker(student):
    lines, _, stop = text(student.stage.random)
    jobs = student.code.split(lines, [stop], 4)
    student.close()
    results = [student.code.run(job) for job in jobs]
    student.close()
    assert student.code.merge(results) == counted(lines, [stop])


@lab.case(
    "Counted again",
    points=1,
    task=3,
    explain="Two texts, one after the other: of the first one nothing may be in the counts of the second.",
)
def test_again(student):
    random, code = student.stage.random, student.code
    for _ in range(2):
        lines, _, stop = text(random)
        results = [code.run(job) for job in code.split(lines, [stop], 3)]
        assert code.merge(results) == counted(lines, [stop])


@lab.case(
    "A word in two parts",
    points=1,
    task=3,
    explain="merge adds the counts of a word that occurs in several parts.",
)
def test_adds(student):
    random = student.stage.random
    word, parts = f"w{random.randrange(1000)}", random.randrange(2, 5)
    lines = [" ".join([word] * random.randrange(1, 5)) for _ in range(parts)]
    code = student.code
    found = code.merge([code.run(job) for job in code.split(lines, [], parts)])
    assert found == counted(lines, [])
