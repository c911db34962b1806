"""A high score is compared and stored in two steps, so a lower score can overwrite a higher one.

report(5) reads 0; report(9) stores 9; report(5) stores max(0, 5).
"""

import threading


class HighScore:
    def __init__(self):
        self.best = 0

    def report(self, score):
        self.best = max(self.best, score)


class LockedHighScore(HighScore):
    def __init__(self):
        super().__init__()
        self.lock = threading.Lock()

    def report(self, score):
        with self.lock:
            super().report(score)


def game(table):
    threads = [threading.Thread(target=table.report, args=(score,)) for score in (5, 9)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert table.best == 9


def buggy():
    game(HighScore())


def correct():
    game(LockedHighScore())
