"""explore(): what it says of a scenario, how it is asked inside a test, and what it promises."""

from __future__ import annotations

import asyncio
import threading
import time

import pytest

from conclab.errors import BadRequestError
from conclab.explore import FailureKind, Verdict, always, explore, explored, linearizable, replay, together


class Counter:
    def __init__(self):
        self.n = 0

    def increment(self):
        self.n += 1


def unlocked():
    counter = Counter()
    together(counter.increment, counter.increment)
    assert counter.n == 2


def locked():
    counter = Counter()
    lock = threading.Lock()

    def work():
        with lock:
            counter.increment()

    together(work, work)
    assert counter.n == 2


def test_a_lock_holds_up_to_the_bound_and_says_so():
    """HOLDS only since every schedule was tried."""
    result = explore(locked)

    assert result.verdict is Verdict.HOLDS
    assert result.coverage.exhausted
    assert result.coverage.sentence.startswith("all schedules")
    result.assert_holds()
    result.assert_survives()


def test_a_missing_lock_fails_with_its_mechanism():
    """The sentence names who read what before whom."""
    result = explore(unlocked)

    assert result.verdict is Verdict.FAILS
    assert result.failure.kind is FailureKind.ASSERTION
    assert "both read self.n = 0 before either wrote" in result.failure.mechanism
    with pytest.raises(AssertionError, match="both read self"):
        result.assert_holds()
    with pytest.raises(AssertionError, match="both read self"):
        result.assert_survives()


def test_a_sample_is_no_pass_unless_it_is_asked_for():
    """UNCLEAR: assert_holds refuses, assert_survives does not."""
    result = explore(locked, budget=4)

    assert result.verdict is Verdict.UNCLEAR
    assert result.coverage.sentence.startswith("a sample of 4 schedules")
    with pytest.raises(AssertionError, match="not all there are"):
        result.assert_holds()
    result.assert_survives()


@pytest.mark.parametrize("policy", ["default", "random", "pct", "pos", "exhaustive", "reduced", "greedy"])
def test_every_policy_finds_a_lost_update(policy):
    """And nothing against the correct twin."""
    assert explore(unlocked, policy=policy, budget=300).verdict is Verdict.FAILS
    assert explore(locked, policy=policy, budget=100).verdict is not Verdict.FAILS


def test_the_same_seed_makes_the_same_search():
    """Schedule for schedule."""
    one, other = (explore(unlocked, policy="random", seed=5).document()["failure"] for _ in range(2))

    assert one == other


def test_a_code_replays_and_a_changed_source_is_said():
    """What it names, it does again; of another source it says so."""
    code = explore(unlocked).finding.replay
    again = replay(unlocked, code)

    assert again.verdict is Verdict.FAILS
    assert again.finding.replay == code
    version, print_, *rest = code.split("-")
    with pytest.raises(BadRequestError, match="made for another state of the source"):
        replay(unlocked, "-".join([version, "000000", *rest]))
    with pytest.raises(BadRequestError, match="is no replay code"):
        replay(unlocked, "1.2>3")
    assert "not possible" in replay(unlocked, f"{version}-{print_}-9.9.9").not_controlled


def test_a_deadlock_names_the_cycle():
    """Who holds what, wants what, and at which line."""

    def scenario():
        first = threading.Lock()
        second = threading.Lock()

        def forth():
            with first, second:
                pass

        def back():
            with second, first:
                pass

        together(forth, back)

    failure = explore(scenario).failure

    assert failure.kind is FailureKind.DEADLOCK
    assert failure.summary == "deadlock: forth -> back -> forth wait for each other"
    told = "\n".join(failure.details)
    assert "forth wants second, held by back; holds first (taken at line" in told
    assert "back wants first, held by forth; holds second (taken at line" in told


def test_a_notification_before_the_wait_is_a_lost_wakeup():
    """The flag is read outside the condition."""

    def scenario():
        changed = threading.Condition()
        box = Counter()

        def put():
            box.n = 1
            with changed:
                changed.notify()

        def wait():
            if box.n == 0:
                with changed:
                    changed.wait()

        together(put, wait)

    failure = explore(scenario).failure

    assert failure.kind is FailureKind.LOST_WAKEUP
    assert "put notified at line" in failure.mechanism


def test_a_lock_that_is_never_given_back_is_leaked():
    """Though nobody else wants it."""

    def scenario():
        lock = threading.Lock()

        def leave():
            lock.acquire()

        together(leave)

    failure = explore(scenario).failure

    assert failure.kind is FailureKind.LEAKED_LOCK
    assert "leave ended and still holds lock" in failure.summary


def test_a_thread_that_waits_for_ever_is_unfinished():
    """The scenario itself is over; a daemon may be left."""

    def scenario():
        event = threading.Event()
        threading.Thread(target=event.wait, name="waiter").start()

    def with_daemon():
        event = threading.Event()
        threading.Thread(target=event.wait, daemon=True).start()

    assert explore(scenario).failure.kind is FailureKind.UNFINISHED
    assert explore(with_daemon).verdict is Verdict.HOLDS


def test_a_loop_that_nobody_can_end_is_a_livelock():
    """It spins on a flag that nobody will set."""

    def scenario():
        flag = Counter()

        def spin():
            while not flag.n:
                pass

        together(spin)
        flag.increment()

    failure = explore(scenario).failure

    assert failure.kind is FailureKind.LIVELOCK
    assert failure.summary.startswith("no end: spin goes round and round at line")
    assert failure.mechanism == "each round sees flag.n = 0, and nobody changes that"


def test_a_spin_that_somebody_ends_is_none():
    """With and without a yield."""

    def scenario():
        flag = Counter()

        def spin():
            while not flag.n:
                pass

        def polite():
            while not flag.n:
                time.sleep(0)

        together(spin, polite, flag.increment)

    assert explore(scenario, budget=400).verdict is not Verdict.FAILS


def test_time_is_virtual():
    """An hour costs nothing, and a sleep is a lower bound: it synchronises nobody."""

    def patient():
        before = time.monotonic()
        time.sleep(3600)
        assert time.monotonic() - before >= 3600

    def hopeful():
        box = Counter()
        threading.Thread(target=box.increment).start()
        time.sleep(1)
        assert box.n == 1

    assert explore(patient).verdict is Verdict.HOLDS
    assert explore(hopeful).failure.kind is FailureKind.ASSERTION


def test_a_timeout_ends_when_nothing_else_can_go_on():
    """And not before: whoever is told in time is told."""

    def scenario():
        told, never = threading.Event(), threading.Event()

        def wait():
            assert told.wait(timeout=0.1)
            assert not never.wait(timeout=3600)

        together(wait, told.set)

    assert explore(scenario).verdict is Verdict.HOLDS


def test_a_coroutine_function_is_a_scenario():
    """Run by asyncio.run, in each schedule."""

    async def scenario():
        counter = Counter()

        async def add():
            seen = counter.n
            await asyncio.sleep(0)
            counter.n = seen + 1

        await asyncio.gather(add(), add())
        assert counter.n == 2

    assert explore(scenario).failure.kind is FailureKind.ASSERTION


def test_what_must_always_hold_is_looked_at_between_all_steps():
    """But not while the lock that protects it is taken."""

    def scenario(lock):
        left, right = Counter(), Counter()

        def equal():
            return left.n == right.n

        always(equal, unless=lock)

        def both():
            with lock:
                left.increment()
                right.increment()

        together(both, both)

    def guarded():
        scenario(threading.Lock())

    def unguarded():
        left, right = Counter(), Counter()
        always(lambda: left.n == right.n)
        left.increment()
        right.increment()

    assert explore(guarded).verdict is Verdict.HOLDS
    assert explore(unguarded).failure.kind is FailureKind.ASSERTION


class Register:
    def __init__(self):
        self.lock = threading.Lock()
        self.value = 0

    def add(self, number):
        seen = self.value
        self.value = seen + number
        return seen

    def read(self):
        return self.value


class LockedRegister(Register):
    def add(self, number):
        with self.lock:
            return super().add(number)


class Mailbox:
    """Its get waits for a put: sequentially that order alone is possible."""

    def __init__(self):
        self.full = threading.Semaphore(0)
        self.items = []

    def put(self, item):
        self.items.append(item)
        self.full.release()

    def get(self):
        self.full.acquire()
        return self.items.pop()


def test_an_object_is_compared_with_its_sequential_self():
    """Results that no order of the calls gives are a finding."""
    calls = [("add", 1), ("read",)], [("add", 2)]

    broken = linearizable(Register, *calls)
    assert broken.failure.kind is FailureKind.NOT_LINEARIZABLE
    assert "no order of these calls" in broken.failure.summary
    linearizable(LockedRegister, *calls).assert_holds()
    linearizable(Mailbox, [("get",)], [("put", "letter")]).assert_holds()


def test_too_many_orders_are_refused():
    """Before anything is run."""
    with pytest.raises(BadRequestError, match="orders"):
        linearizable(Register, *[[("read",)] * 4] * 4)


def test_a_decorated_test_explores_its_body_with_its_arguments():
    """Every call is an exploration; below hypothesis, that is every example."""

    @explored(preemptions=1)
    def add_each(numbers):
        counter = Counter()

        def add():
            for number in numbers:
                counter.n += number

        together(add, add)
        assert counter.n == 2 * sum(numbers)

    add_each([])
    add_each([0])
    with pytest.raises(AssertionError, match="both read counter"):
        add_each([1])


def test_an_exploration_inside_another_is_refused():
    """There is one scheduler in a process."""

    def scenario():
        explore(unlocked)

    assert "one at a time" in explore(scenario).failure.summary


def test_names_that_do_not_exist_are_refused(tmp_path):
    """Policies, files and functions."""
    with pytest.raises(BadRequestError, match="no way named 'lucky'"):
        explore(unlocked, policy="lucky")
    with pytest.raises(BadRequestError, match="No such file"):
        explore(f"{tmp_path / 'none.py'}:scenario")


def test_imported_names_are_controlled_too():
    """`from threading import Lock` was bound before the exploration began."""
    result = explore(imported)

    assert result.verdict is Verdict.HOLDS


from threading import Lock  # noqa: E402 - the import that the test above is about


def imported():
    lock = Lock()
    counter = Counter()

    def work():
        with lock:
            counter.increment()

    together(work, work)
    assert counter.n == 2
