"""Questions to primitives: each is a read, and what it said may be out of date at once."""

# ruff: noqa: PLW0108, SIM105 - as people write it

import threading
from concurrent.futures import CancelledError, Future

from conclab.explore import together


class Open:
    def __enter__(self):
        return self

    def __exit__(self, *_):
        return None


def once(guard, is_free, take):
    """Two threads look and then act."""
    acted = []

    def act():
        with guard:
            if is_free():
                take()
                acted.append(1)

    together(act, act)
    assert len(acted) == 1


def event(guard):
    event = threading.Event()
    once(guard, lambda: not event.is_set(), event.set)


def buggy_event_is_set():
    event(Open())


def correct_event_is_set():
    event(threading.Lock())


def locked(guard):
    lock = threading.Lock()
    once(guard, lambda: not lock.locked(), lambda: lock.acquire(blocking=False))


def buggy_lock_locked():
    locked(Open())


def correct_lock_locked():
    locked(threading.Lock())


def semaphore(guard):
    free = threading.Semaphore(1)
    once(guard, lambda: free._value > 0, lambda: free.acquire(blocking=False))


def buggy_semaphore_value():
    semaphore(Open())


def correct_semaphore_value():
    semaphore(threading.Lock())


def future_done(guard):
    future = Future()
    once(guard, lambda: not future.done(), lambda: future.set_result(1))


def buggy_future_done():
    future_done(Open())


def correct_future_done():
    future_done(threading.Lock())


def future_running(guard):
    future = Future()
    once(guard, lambda: not future.running(), lambda: future.set_running_or_notify_cancel())


def buggy_future_running():
    future_running(Open())


def correct_future_running():
    future_running(threading.Lock())


def future_cancelled(guard):
    future = Future()

    def finish():
        with guard:
            if not future.cancelled():
                future.set_result(1)

    def cancel():
        with guard:
            future.cancel()

    together(finish, cancel)


def buggy_future_cancelled():
    future_cancelled(Open())


def correct_future_cancelled():
    future_cancelled(threading.Lock())


def correct_future_cancel_caught():
    future = Future()

    def finish():
        if future.set_running_or_notify_cancel():
            future.set_result(1)

    together(finish, future.cancel)
    try:
        assert future.result() == 1
    except CancelledError:
        pass


def alive(guard):
    ended = threading.Thread(target=str)
    started = []

    def start():
        with guard:
            if not ended.is_alive() and not started:
                started.append(1)
                ended.start()

    together(start, start)
    ended.join()


def buggy_thread_is_alive():
    alive(Open())


def correct_thread_is_alive():
    alive(threading.Lock())


def alive_then_read(wait):
    results = []
    worker = threading.Thread(target=lambda: results.append(1))
    worker.start()
    if wait:
        worker.join()
    if not worker.is_alive():
        assert results == [1]
        return
    assert not results or wait


def buggy_alive_then_read():
    alive_then_read(wait=False)


def correct_alive_then_read():
    alive_then_read(wait=True)


def barrier(parties):
    barrier = threading.Barrier(parties)
    seen = []

    def come():
        seen.append(barrier.n_waiting)
        barrier.wait()

    together(come, come)
    assert sorted(seen) == [0, 1]


def buggy_barrier_n_waiting():
    barrier(2)


def broken_barrier(guard):
    barrier = threading.Barrier(1)

    def use():
        with guard:
            if not barrier.broken:
                barrier.wait()

    def spoil():
        with guard:
            barrier.abort()

    together(use, spoil)


def buggy_barrier_broken():
    broken_barrier(Open())


def correct_barrier_broken():
    broken_barrier(threading.Lock())
