"""Two threads count words in one dict; the same word met at the same time counts once.

Both threads get 0 for "tea" before either of them stores 1.
"""

import contextlib
import threading


class WordCount:
    def __init__(self, guard):
        self.counts = {}
        self.guard = guard

    def read(self, text):
        for word in text.split():
            with self.guard:
                self.counts[word] = self.counts.get(word, 0) + 1


def count(guard):
    words = WordCount(guard)
    threads = [threading.Thread(target=words.read, args=(text,)) for text in ("tea milk", "tea")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert words.counts == {"tea": 2, "milk": 1}


def buggy():
    count(contextlib.nullcontext())


def correct():
    count(threading.Lock())
