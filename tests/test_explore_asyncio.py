"""asyncio gives the documented results in every order; hours cost nothing, and bugs are found."""

from __future__ import annotations

import asyncio
import concurrent.futures
import contextvars
import sys
import threading
import time

import pytest

from conclab.explore import FailureKind, Verdict, explore

EAGER = sys.version_info >= (3, 12)
SHUTDOWN = sys.version_info >= (3, 13)
HOUR_S = 3600.0
NAME = contextvars.ContextVar("name", default="nobody")


def now():
    return asyncio.get_running_loop().time()


async def after(seconds, result=None):
    await asyncio.sleep(seconds)
    return result


async def fail(seconds=0.0):
    await asyncio.sleep(seconds)
    raise ValueError("failed")


# ---- documented results: each of these holds in every order


async def tasks_give_their_results_and_their_errors():
    one = asyncio.create_task(after(1, "one"), name="first")
    other = asyncio.create_task(fail())
    assert await one == "one"
    assert one.done()
    assert one.get_name() == "first"
    with pytest.raises(ValueError, match="failed"):
        await other
    assert isinstance(other.exception(), ValueError)
    assert not other.cancelled()


async def a_future_wakes_all_who_wait():
    future = asyncio.get_running_loop().create_future()
    called = []
    future.add_done_callback(lambda done: called.append(done.result()))
    waiting = [asyncio.create_task(asyncio.wait_for(asyncio.shield(future), HOUR_S)) for _ in range(2)]
    await asyncio.sleep(0)
    future.set_result(7)
    assert await asyncio.gather(*waiting) == [7, 7]
    await asyncio.sleep(1)
    assert called == [7]
    with pytest.raises(asyncio.InvalidStateError):
        future.set_result(8)


async def a_lock_lets_one_in():
    lock = asyncio.Lock()
    inside = []

    async def work():
        async with lock:
            inside.append(1)
            assert len(inside) == 1
            await asyncio.sleep(1)
            inside.pop()

    await asyncio.gather(work(), work(), work())
    assert not lock.locked()
    with pytest.raises(RuntimeError):
        lock.release()


async def an_event_wakes_everybody():
    event = asyncio.Event()
    waiting = [asyncio.create_task(event.wait()) for _ in range(2)]
    await asyncio.sleep(1)
    assert not any(task.done() for task in waiting)
    event.set()
    assert await asyncio.gather(*waiting) == [True, True]
    event.clear()
    with pytest.raises(TimeoutError):
        await asyncio.wait_for(event.wait(), HOUR_S)


async def a_condition_hands_over():
    condition = asyncio.Condition()
    ready = []

    async def consume():
        async with condition:
            await condition.wait_for(lambda: ready)
            return ready.pop()

    consumers = [asyncio.create_task(consume()) for _ in range(2)]
    for number in range(2):
        async with condition:
            ready.append(number)
            condition.notify_all()
    assert sorted(await asyncio.gather(*consumers)) == [0, 1]


async def a_semaphore_lets_two_in():
    semaphore = asyncio.BoundedSemaphore(2)
    inside = []

    async def work():
        async with semaphore:
            inside.append(1)
            assert len(inside) <= 2
            await asyncio.sleep(0)
            inside.pop()

    await asyncio.gather(*(work() for _ in range(3)))
    with pytest.raises(ValueError, match="released too many"):
        semaphore.release()


async def a_queue_keeps_its_order_and_its_size():
    queue = asyncio.Queue(1)
    got = []

    async def consume():
        while (item := await queue.get()) is not None:
            got.append(item)
            queue.task_done()
        queue.task_done()

    consumer = asyncio.create_task(consume())
    for item in (1, 2, None):
        await queue.put(item)
    await queue.join()
    await consumer
    assert got == [1, 2]
    with pytest.raises(asyncio.QueueEmpty):
        queue.get_nowait()
    priorities = asyncio.PriorityQueue()
    for item in (3, 1, 2):
        priorities.put_nowait(item)
    assert [priorities.get_nowait() for _ in range(3)] == [1, 2, 3]


async def a_queue_is_shut_down():
    queue = asyncio.Queue()
    waiting = asyncio.create_task(queue.get())
    await asyncio.sleep(0)
    queue.shutdown()
    with pytest.raises(asyncio.QueueShutDown):
        await waiting
    with pytest.raises(asyncio.QueueShutDown):
        await queue.put(1)


async def an_hour_is_over_at_once():
    began = now()
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(HOUR_S):
            await asyncio.Event().wait()
    assert now() - began == pytest.approx(HOUR_S)
    with pytest.raises(TimeoutError):
        await asyncio.wait_for(after(2 * HOUR_S), HOUR_S)
    assert await asyncio.wait_for(after(HOUR_S, "in time"), 2 * HOUR_S) == "in time"


async def a_timeout_is_not_overtaken_by_the_sleep_that_it_ends():
    async def sleeper():
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(1):
                await asyncio.sleep(2)

    await asyncio.gather(sleeper(), sleeper(), after(0.5), asyncio.sleep(0))


async def a_timeout_can_be_moved():
    async with asyncio.timeout(1) as limit:
        limit.reschedule(now() + HOUR_S)
        await asyncio.sleep(60)
    assert not limit.expired()


async def a_group_waits_for_its_children():
    async with asyncio.TaskGroup() as group:
        one = group.create_task(after(1, "one"))
        other = group.create_task(after(2, "other"))
    assert (one.result(), other.result()) == ("one", "other")


async def a_group_cancels_the_others_when_one_fails():
    ended = []

    async def other():
        try:
            await asyncio.sleep(HOUR_S)
        finally:
            ended.append(True)

    with pytest.raises(ExceptionGroup) as caught:
        async with asyncio.TaskGroup() as group:
            group.create_task(other())
            await asyncio.sleep(0)
            group.create_task(fail(1))
    assert [type(error) for error in caught.value.exceptions] == [ValueError]
    assert len(ended) <= 1


async def a_cancelled_task_cleans_up():
    steps = []

    async def work():
        try:
            await asyncio.Event().wait()
        except asyncio.CancelledError:
            steps.append("cancelled")
            raise
        finally:
            steps.append("cleaned")

    task = asyncio.create_task(work())
    await asyncio.sleep(0.001)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert task.cancelled()
    assert steps in ([], ["cancelled", "cleaned"])


async def a_shield_protects():
    event = asyncio.Event()
    inner = asyncio.create_task(event.wait())
    with pytest.raises(TimeoutError):
        await asyncio.wait_for(asyncio.shield(inner), HOUR_S)
    assert not inner.done()
    event.set()
    assert await inner is True


async def gather_returns_exceptions_if_asked():
    results = await asyncio.gather(after(1, "one"), fail(), return_exceptions=True)
    assert results[0] == "one"
    assert isinstance(results[1], ValueError)
    with pytest.raises(ValueError, match="failed"):
        await asyncio.gather(after(1), fail())


async def wait_tells_who_is_done():
    tasks = [asyncio.create_task(after(seconds, seconds)) for seconds in (1, HOUR_S)]
    done, pending = await asyncio.wait(tasks, timeout=60)
    assert pending <= {tasks[1]}
    done, pending = await asyncio.wait(tasks)
    assert (done, pending) == (set(tasks), set())
    assert sorted([await one for one in asyncio.as_completed([after(2, 2), after(1, 1)])]) == [1, 2]


async def work_goes_to_a_thread_with_its_context():
    NAME.set("main")
    assert await asyncio.to_thread(NAME.get) == "main"
    assert await asyncio.to_thread(threading.current_thread) is not threading.current_thread()
    loop = asyncio.get_running_loop()
    with concurrent.futures.ThreadPoolExecutor(1) as executor:
        assert await loop.run_in_executor(executor, lambda: time.sleep(1) or 5) == 5
    assert await loop.run_in_executor(None, pow, 2, 3) == 8


async def a_context_stays_with_its_task():
    async def name(own):
        NAME.set(own)
        await asyncio.sleep(0)
        return NAME.get()

    assert await asyncio.gather(name("one"), name("other")) == ["one", "other"]
    assert NAME.get() == "nobody"


async def callbacks_come_in_the_order_in_which_they_were_asked_for():
    loop = asyncio.get_running_loop()
    called = []
    for number in range(3):
        loop.call_soon(called.append, number)
    loop.call_later(2, called.append, "later")
    loop.call_at(loop.time() + 1, called.append, "at")
    loop.call_later(1, called.append, "never").cancel()
    await asyncio.sleep(HOUR_S)
    assert called == [0, 1, 2, "at", "later"]


async def a_callback_overtakes_nothing_and_is_overtaken_by_nothing():
    """A callback of the program's between two tasks is a wall, public functions of asyncio included."""
    loop = asyncio.get_running_loop()
    called = []
    event = asyncio.Event()

    async def note(name):
        called.append(name)

    loop.call_soon(called.append, "first")
    tasks = [loop.create_task(note("one")), loop.create_task(note("other"))]
    loop.call_soon(called.append, "between")
    loop.call_soon(event.set)
    loop.call_soon(lambda: called.append(event.is_set()))
    tasks.append(loop.create_task(note("late")))
    await asyncio.gather(*tasks)
    assert called in (
        ["first", "one", "other", "between", True, "late"],
        ["first", "other", "one", "between", True, "late"],
    )


async def timers_of_the_same_time_come_in_the_order_of_asking():
    loop = asyncio.get_running_loop()
    called = []
    for number in range(9):
        loop.call_later(1, called.append, number)
    await asyncio.sleep(2)
    assert called == list(range(9))


async def what_is_to_be_done_at_the_end_of_a_task_is_done_in_order():
    called = []
    task = asyncio.create_task(after(1))
    for number in range(3):
        task.add_done_callback(lambda _, number=number: called.append(number))
    await task
    assert called == [0, 1, 2]


async def a_sleep_is_not_over_before_a_task_has_begun():
    begun = []

    async def work():
        begun.append(True)

    longer = asyncio.create_task(after(5))
    task = asyncio.create_task(work())
    await asyncio.sleep(1)
    assert begun
    await asyncio.gather(task, longer)


async def tasks_are_called_as_in_a_process_of_their_own():
    async def name():
        await asyncio.sleep(0)
        return asyncio.current_task().get_name()

    assert asyncio.current_task().get_name() == "Task-1"
    assert await asyncio.gather(name(), name()) == ["Task-2", "Task-3"]
    assert await asyncio.create_task(name(), name="own") == "own"
    assert asyncio.get_running_loop().get_task_factory() is None


async def an_asynchronous_generator_is_closed():
    closed = []

    async def numbers():
        try:
            for number in range(3):
                await asyncio.sleep(1)
                yield number
        finally:
            await asyncio.sleep(0)
            closed.append(True)

    async def consume():
        return [number async for number in numbers()]

    assert await asyncio.gather(consume(), consume()) == [[0, 1, 2]] * 2
    async for _ in numbers():
        break
    assert len(closed) >= 2


async def two_workers_empty_a_queue():
    queue = asyncio.Queue()
    done = []

    async def work():
        while True:
            item = await queue.get()
            await asyncio.sleep(1)
            done.append(item)
            queue.task_done()

    workers = [asyncio.create_task(work()) for _ in range(2)]
    for item in range(3):
        queue.put_nowait(item)
    await queue.join()
    for worker in workers:
        worker.cancel()
    await asyncio.gather(*workers, return_exceptions=True)
    assert sorted(done) == [0, 1, 2]


def executors_give_what_they_are_asked_for():
    with concurrent.futures.ThreadPoolExecutor(max_workers=2) as executor:
        assert list(executor.map(abs, [-1, -2])) == [1, 2]
        futures = [executor.submit(abs, -number) for number in range(2)]
        done, _ = concurrent.futures.wait(futures, return_when=concurrent.futures.FIRST_COMPLETED)
        assert done
        assert sorted(each.result() for each in concurrent.futures.as_completed(futures)) == [0, 1]


async def another_thread_calls_into_the_loop():
    loop = asyncio.get_running_loop()
    future = loop.create_future()
    thread = threading.Thread(target=lambda: loop.call_soon_threadsafe(future.set_result, 1))
    thread.start()
    assert await future == 1
    thread.join()


async def another_thread_runs_a_coroutine_here():
    loop = asyncio.get_running_loop()

    def ask():
        return asyncio.run_coroutine_threadsafe(after(1, "answer"), loop).result(HOUR_S)

    assert await asyncio.to_thread(ask) == "answer"


async def a_loop_that_goes_round_lets_time_pass_and_threads_go_on():
    done = []
    thread = threading.Thread(target=lambda: done.append(True))
    thread.start()
    while not done:  # noqa: ASYNC110
        await asyncio.sleep(0)
    until = now() + 1
    while now() < until:  # noqa: ASYNC110
        await asyncio.sleep(0)
    thread.join()


def a_loop_is_run_by_hand():
    loop = asyncio.new_event_loop()
    asyncio.set_event_loop(loop)
    assert asyncio.get_event_loop() is loop
    assert loop.run_until_complete(after(1, "done")) == "done"
    called = []

    def first():
        called.append(1)
        loop.call_soon(called.append, 3)
        loop.stop()

    loop.call_soon(first)
    loop.call_soon(called.append, 2)
    loop.run_forever()
    assert called == [1, 2]
    loop.stop()
    loop.run_forever()
    assert called == [1, 2, 3]
    loop.close()
    assert loop.is_closed()
    asyncio.set_event_loop(None)
    with pytest.raises(RuntimeError):
        asyncio.get_event_loop()


def a_runner_keeps_its_loop_and_its_context():
    with asyncio.Runner() as runner:
        loop = runner.get_loop()

        async def name():
            NAME.set("runner")
            return asyncio.get_running_loop()

        assert runner.run(name()) is loop
        assert runner.run(after(1, "again")) == "again"
    assert loop.is_closed()


def what_is_left_is_cancelled_at_the_end():
    ended = []

    async def work():
        try:
            await asyncio.sleep(HOUR_S)
        finally:
            ended.append(True)

    async def main():
        asyncio.get_running_loop().create_task(work())

    asyncio.run(main())
    assert ended == [True]


def threads_have_loops_of_their_own():
    results = []
    threads = [threading.Thread(target=lambda: results.append(asyncio.run(after(1, 1)))) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert results == [1, 1]


async def an_eager_task_runs_at_once():
    asyncio.get_running_loop().set_task_factory(asyncio.eager_task_factory)
    called = []

    async def work():
        called.append(1)
        await asyncio.sleep(1)
        called.append(2)

    task = asyncio.create_task(work())
    assert called == [1]
    await task
    assert called == [1, 2]


def a_loop_is_named_by_its_factory():
    assert asyncio.run(after(HOUR_S, 1), loop_factory=asyncio.EventLoop) == 1


HOLD = [
    tasks_give_their_results_and_their_errors,
    a_future_wakes_all_who_wait,
    a_lock_lets_one_in,
    an_event_wakes_everybody,
    a_condition_hands_over,
    a_semaphore_lets_two_in,
    a_queue_keeps_its_order_and_its_size,
    an_hour_is_over_at_once,
    a_timeout_is_not_overtaken_by_the_sleep_that_it_ends,
    a_timeout_can_be_moved,
    a_group_waits_for_its_children,
    a_group_cancels_the_others_when_one_fails,
    a_cancelled_task_cleans_up,
    a_shield_protects,
    gather_returns_exceptions_if_asked,
    wait_tells_who_is_done,
    work_goes_to_a_thread_with_its_context,
    a_context_stays_with_its_task,
    callbacks_come_in_the_order_in_which_they_were_asked_for,
    a_callback_overtakes_nothing_and_is_overtaken_by_nothing,
    timers_of_the_same_time_come_in_the_order_of_asking,
    what_is_to_be_done_at_the_end_of_a_task_is_done_in_order,
    a_sleep_is_not_over_before_a_task_has_begun,
    tasks_are_called_as_in_a_process_of_their_own,
    an_asynchronous_generator_is_closed,
    two_workers_empty_a_queue,
    executors_give_what_they_are_asked_for,
    another_thread_calls_into_the_loop,
    another_thread_runs_a_coroutine_here,
    a_loop_that_goes_round_lets_time_pass_and_threads_go_on,
    a_loop_is_run_by_hand,
    a_runner_keeps_its_loop_and_its_context,
    what_is_left_is_cancelled_at_the_end,
    threads_have_loops_of_their_own,
    *([an_eager_task_runs_at_once] if EAGER else []),
    *([a_queue_is_shut_down, a_loop_is_named_by_its_factory] if SHUTDOWN else []),
]


@pytest.mark.parametrize("scenario", HOLD, ids=lambda one: one.__name__)
def test_the_documented_result_comes_in_fifty_random_orders(scenario):
    explore(scenario, policy="random", budget=53).assert_survives()


@pytest.mark.parametrize("scenario", HOLD, ids=lambda one: one.__name__)
def test_the_documented_result_comes_in_every_order(scenario):
    """Up to one preemption, or as many of these as the budget allows."""
    explore(scenario, policy="exhaustive", preemptions=1, budget=100).assert_survives()


# ---- what may happen in any order, and is met in every one


def test_ready_tasks_may_go_in_any_order():
    seen = set()

    async def scenario():
        order = []

        async def note(number):
            order.append(number)

        await asyncio.gather(*map(note, range(3)))
        seen.add(tuple(order))

    explore(scenario, policy="exhaustive", preemptions=None).assert_holds()
    assert len(seen) == 6


def test_a_sleep_is_a_lower_bound():
    """The longer of two may be over first; neither is ever too short."""
    seen = set()

    async def scenario():
        order = []

        async def note(seconds):
            began = now()
            await asyncio.sleep(seconds)
            assert now() - began >= seconds
            order.append(seconds)

        await asyncio.gather(note(1), note(2))
        seen.add(tuple(order))

    explore(scenario, policy="exhaustive", preemptions=None).assert_holds()
    assert seen == {(1, 2), (2, 1)}


# ---- bugs


class Account:
    def __init__(self):
        self.balance = 100

    async def withdraw(self, amount):
        if self.balance >= amount:
            await asyncio.sleep(0)
            self.balance -= amount


async def check_await_act():
    account = Account()
    await asyncio.gather(account.withdraw(70), account.withdraw(70))
    assert account.balance >= 0


async def lock_order():
    one, other = asyncio.Lock(), asyncio.Lock()

    async def take(first, second):
        async with first:
            await asyncio.sleep(0)
            async with second:
                pass

    await asyncio.gather(take(one, other), take(other, one))


async def call_soon_from_a_thread():
    loop = asyncio.get_running_loop()
    future = loop.create_future()
    thread = threading.Thread(target=lambda: loop.call_soon(future.set_result, None))
    thread.start()
    await future
    thread.join()


async def sleeps_as_synchronisation():
    done = []

    async def work():
        await asyncio.sleep(1)
        done.append(True)

    task = asyncio.create_task(work())
    await asyncio.sleep(2)
    assert done
    await task


async def never_set():
    await asyncio.Event().wait()


BUGS = {
    check_await_act: (FailureKind.ASSERTION, ""),
    lock_order: (FailureKind.DEADLOCK, ""),
    call_soon_from_a_thread: (FailureKind.DEADLOCK, "call_soon_threadsafe"),
    sleeps_as_synchronisation: (FailureKind.ASSERTION, ""),
    never_set: (FailureKind.DEADLOCK, ""),
}


@pytest.mark.parametrize("scenario", BUGS, ids=lambda one: one.__name__)
def test_a_bug_is_found_and_replayed(scenario):
    result = explore(scenario, budget=300)
    kind, mechanism = BUGS[scenario]
    assert result.verdict is Verdict.FAILS
    assert result.failure.kind is kind
    assert mechanism in result.failure.mechanism
    assert result.finding.replays == (10, 10)
