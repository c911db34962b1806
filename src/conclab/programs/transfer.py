"""Two accounts, two locks, two transfers in opposite directions. The bug: each takes its own lock first."""

from collections.abc import Callable
from threading import Barrier, Lock, Thread

TIMES = 10_000


class Account:
    def __init__(self, balance: int) -> None:
        self.balance = balance
        self.lock = Lock()


def transfer(source: Account, target: Account, amount: int) -> None:
    with source.lock:
        with target.lock:
            source.balance -= amount
            target.balance += amount


def run_two(anns: Callable[[], None], bobs: Callable[[], None]) -> None:
    threads = [Thread(target=anns, name="ann"), Thread(target=bobs, name="bob")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def scenario() -> None:
    ann, bob = Account(100), Account(100)
    run_two(lambda: transfer(ann, bob, 30), lambda: transfer(bob, ann, 10))
    assert (ann.balance, bob.balance) == (80, 120)


def tuned() -> None:
    """The same for a stress test: both set off together, and transfer again and again."""
    ann, bob, barrier = Account(100), Account(100), Barrier(2)

    def work(source: Account, target: Account) -> None:
        barrier.wait()
        for _ in range(TIMES):
            transfer(source, target, 1)

    run_two(lambda: work(ann, bob), lambda: work(bob, ann))
    assert (ann.balance, bob.balance) == (100, 100)
