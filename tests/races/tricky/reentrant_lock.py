"""A recursive function takes its own lock again and again, and the lock allows it."""

import threading


class Tree:
    def __init__(self):
        self.lock = threading.RLock()
        self.visits = 0

    def walk(self, depth):
        with self.lock:
            before = self.visits
            if depth:
                self.walk(depth - 1)
            self.visits += 1
            assert self.visits == before + depth + 1


def correct():
    tree = Tree()
    threads = [threading.Thread(target=tree.walk, args=(2,)) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert tree.visits == 6
