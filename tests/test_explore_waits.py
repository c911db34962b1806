"""Who waits for what is told in the words of the program: futures, pools, queues, asyncio's locks, loops."""

from __future__ import annotations

import asyncio
import queue
import threading
from concurrent.futures import FIRST_COMPLETED, ThreadPoolExecutor, wait

import pytest

from conclab.explore import FailureKind, decisions, explore, together

INTERNAL = ("rlock", "_condition", "<module>", "_awaited", "None", "event loop with nothing")


def told(scenario, **wish):
    """The failure, and all that a person reads of it; no name of the library's own insides is in it."""
    result = explore(scenario, **wish)
    assert result.failure is not None, result.text()
    text = result.text(160)
    assert not [word for word in INTERNAL if word in text], text
    return result.failure, text


def lines_of(function):
    return function.__code__.co_firstlineno


# ---- pools


def own_pool():
    with ThreadPoolExecutor(max_workers=1) as pool:

        def page():
            logo = pool.submit(abs, -1)
            return logo.result()

        whole = pool.submit(page)
        assert whole.result()


def test_a_task_that_waits_for_its_own_pool_is_told_as_that():
    failure, text = told(own_pool)
    line = lines_of(own_pool)
    assert failure.kind is FailureKind.DEADLOCK
    assert failure.summary == "deadlock: pool-0 waits for work that only its own pool could do"
    assert failure.mechanism == (
        f"pool-0 waits for the result of logo (submitted at line {line + 4}), which waits for a free worker "
        "of the pool (max_workers=1): its only worker is pool-0, which is not free before it has that"
    )
    assert f"main waits for the result of whole (submitted at line {line + 7}), on which pool-0 works" in text


def own_pool_of_two():
    with ThreadPoolExecutor(max_workers=2) as pool:

        def outer(number):
            return pool.submit(abs, number).result()

        futures = [pool.submit(outer, number) for number in range(2)]
        assert [future.result() for future in futures] == [0, 1]


def test_all_workers_of_a_pool_may_wait_for_it():
    failure, text = told(own_pool_of_two)
    assert "(max_workers=2): its workers are pool-0 itself and pool-1" in failure.mechanism
    assert "waits for the result of futures[0]" in text


def waits_for_the_first():
    with ThreadPoolExecutor(2) as pool:
        never = threading.Event()
        first = pool.submit(never.wait)
        wait([first], return_when=FIRST_COMPLETED)
        never.wait()


def test_a_wait_for_several_futures_names_them():
    _, text = told(waits_for_the_first)
    assert "waits for first (submitted at line" in text
    assert "hears of what it waited for" in text


# ---- queues and the like


def an_item_too_few():
    jobs = queue.Queue()

    def work():
        while not jobs.empty():
            jobs.get()

    jobs.put(1)
    together(work, work)


def nobody_has_done_it():
    jobs = queue.Queue()
    jobs.put(1)
    jobs.join()


def a_permit_too_few():
    permits = threading.Semaphore(0)
    permits.acquire()


def a_party_too_few():
    barrier = threading.Barrier(2)
    barrier.wait()


@pytest.mark.parametrize(
    ("scenario", "words"),
    [
        (an_item_too_few, "waits for an item of jobs"),
        (nobody_has_done_it, "waits for all items of jobs to be done"),
        (a_permit_too_few, "waits for a permit of permits"),
        (a_party_too_few, "waits for the others at barrier"),
    ],
)
def test_a_part_of_the_library_is_told_by_what_it_is_for(scenario, words):
    failure, text = told(scenario)
    assert words in failure.mechanism
    assert f"{words}, held by" not in text


# ---- asyncio


async def lock_order():
    one, other = asyncio.Lock(), asyncio.Lock()

    async def take(first, second):
        async with first:
            await asyncio.sleep(0)
            async with second:
                pass

    await asyncio.gather(take(one, other), take(other, one))


def test_a_circle_of_asyncio_locks_names_who_holds_them_and_since_when():
    failure, text = told(lock_order)
    taken = f"(taken at line {lines_of(lock_order) + 4})"
    assert failure.summary == "deadlock: take -> take 2 -> take wait for each other"
    assert f"take holds one {taken} and wants other, held by take 2" in failure.mechanism
    assert f"take 2 holds other {taken} and wants one, held by take" in failure.mechanism
    assert "cycle: take -> take 2 -> take" in failure.details
    assert "# wants other, held by take 2" in text


async def lock_twice():
    lock = asyncio.Lock()
    async with lock, lock:
        pass


def test_a_lock_of_asyncio_is_not_taken_twice():
    failure, _ = told(lock_twice)
    assert failure.summary == "deadlock: lock_twice waits for itself"
    assert "wants lock, held by itself: a lock of asyncio can't be taken twice" in failure.mechanism


async def thread_lock_between_tasks():
    lock = threading.Lock()

    async def work():
        with lock:
            await asyncio.sleep(0)

    await asyncio.gather(work(), work())


def test_a_lock_of_threads_between_tasks_is_explained():
    failure, _ = told(thread_lock_between_tasks)
    assert "lock belongs to the whole thread" in failure.mechanism
    assert "for tasks there is asyncio.Lock" in failure.mechanism


async def notified_too_early():
    condition = asyncio.Condition()

    async def consume():
        async with condition:
            await condition.wait()

    async def produce():
        async with condition:
            condition.notify()

    await asyncio.gather(consume(), produce())


async def cleared_too_early():
    event = asyncio.Event()

    async def pulse():
        event.set()
        event.clear()

    await asyncio.gather(event.wait(), pulse())


@pytest.mark.parametrize(
    ("scenario", "words"),
    [(notified_too_early, "produce notified at line"), (cleared_too_early, "pulse cleared the event again")],
)
def test_a_wake_up_that_nobody_heard_is_told(scenario, words):
    failure, _ = told(scenario)
    assert failure.kind is FailureKind.LOST_WAKEUP
    assert failure.mechanism.startswith(words)


async def its_own_loop():
    async def answer():
        return 1

    future = asyncio.run_coroutine_threadsafe(answer(), asyncio.get_running_loop())
    assert future.result() == 1


def test_a_loop_that_is_waited_for_inside_of_itself_is_told():
    failure, _ = told(its_own_loop)
    assert "as long as it waits, its own event loop stands still" in failure.mechanism


async def nobody_completes():
    async def listen(future):
        await future

    answer = asyncio.get_running_loop().create_future()
    async with asyncio.TaskGroup() as group:
        group.create_task(listen(answer), name="listener")


def test_who_only_waits_for_others_is_left_out_of_the_reason():
    failure, text = told(nobody_completes)
    assert failure.mechanism == "listener awaits answer: nobody is left who could change that"
    assert "nobody_completes awaits listener" in text


# ---- what goes round and round


async def a_task_looks_again_and_again():
    done = False
    while not done:  # noqa: ASYNC110
        await asyncio.sleep(0)


def a_thread_looks_again_and_again():
    flag = []

    def look():
        while not flag:
            pass

    together(look)


@pytest.mark.parametrize("scenario", [a_task_looks_again_and_again, a_thread_looks_again_and_again])
def test_what_goes_round_is_told_once(scenario, monkeypatch):
    monkeypatch.setattr(decisions, "MOST_STEPS", 2_000)
    failure, text = told(scenario)
    assert failure.kind is FailureKind.LIVELOCK
    assert " goes round and round at line" in failure.summary
    assert "times, without an end" in text
    assert len(explore(scenario).story["steps"]) < 12


# ---- where the tasks stand


def test_a_task_that_awaits_stands_somewhere_in_every_step():
    async def overdraft():
        balance = 100

        async def withdraw(amount):
            nonlocal balance
            if balance >= amount:
                await asyncio.sleep(1)
                balance -= amount

        await asyncio.gather(withdraw(70), withdraw(60))
        assert balance >= 0

    result = explore(overdraft)
    story = result.story
    number = {thread["name"]: str(thread["id"]) for thread in story["threads"]}
    await_at = next(
        step["line"] for step in story["steps"] if step["source"].startswith("await asyncio.sleep")
    )
    last = story["steps"][-1]
    assert "withdraw" in number
    waiting = [step["at"].get(number["withdraw"]) for step in story["steps"] if step["thread"] != 0]
    assert [name for name in ([*place] for place in waiting if place) if name[1] == await_at]
    assert number["withdraw"] not in last["at"]
    assert "withdraw has ended" in result.text(160)
