"""A consumer that was woken does not look again, and somebody else has taken the item.

One eat waits; bake puts a cake and notifies; the other eat takes it; the first pops from an empty list.
"""

import threading


class Counter:
    def __init__(self):
        self.cakes = []
        self.changed = threading.Condition()
        self.eaten = []

    def bake(self, *cakes):
        for cake in cakes:
            with self.changed:
                self.cakes.append(cake)
                self.changed.notify()

    def eat(self):
        with self.changed:
            if not self.cakes:
                self.changed.wait()
            self.eaten.append(self.cakes.pop())


class PatientCounter(Counter):
    def eat(self):
        with self.changed:
            while not self.cakes:
                self.changed.wait()
            self.eaten.append(self.cakes.pop())


def tea_time(counter):
    threads = [threading.Thread(target=counter.eat) for _ in range(2)]
    threads.append(threading.Thread(target=counter.bake, args=("plum", "lemon")))
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(counter.eaten) == ["lemon", "plum"]


def buggy():
    tea_time(Counter())


def correct():
    tea_time(PatientCounter())
