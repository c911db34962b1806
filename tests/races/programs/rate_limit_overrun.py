"""A limiter looks at its tokens and then takes one: two callers share the last token.

Both callers see one token, and both are let through.
"""

import contextlib
import threading


class Limiter:
    def __init__(self, tokens, guard):
        self.tokens = tokens
        self.guard = guard

    def allows(self):
        with self.guard:
            if self.tokens == 0:
                return False
            self.tokens -= 1
            return True


def burst(guard):
    limiter, answers = Limiter(1, guard), []
    threads = [threading.Thread(target=lambda: answers.append(limiter.allows())) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(answers) == [False, True]


def buggy():
    burst(contextlib.nullcontext())


def correct():
    burst(threading.Lock())
