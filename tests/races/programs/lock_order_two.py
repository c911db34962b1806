"""Two transfers in opposite directions take the two locks in opposite orders.

transfer(ann, bob) takes ann's lock; transfer(bob, ann) takes bob's lock; each waits for the other's.
"""

import threading


class Account:
    def __init__(self, number):
        self.number = number
        self.balance = 100
        self.lock = threading.Lock()


def transfer(source, target, amount):
    with source.lock, target.lock:
        source.balance -= amount
        target.balance += amount


def transfer_in_order(source, target, amount):
    first, second = sorted((source, target), key=lambda account: account.number)
    with first.lock, second.lock:
        source.balance -= amount
        target.balance += amount


def exchange(move):
    ann, bob = Account(1), Account(2)
    threads = [
        threading.Thread(target=move, args=(ann, bob, 30)),
        threading.Thread(target=move, args=(bob, ann, 10)),
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert (ann.balance, bob.balance) == (80, 120)


def buggy():
    exchange(transfer)


def correct():
    exchange(transfer_in_order)
