# the limiter over a condition and busy itself; the bucket over moments that are reserved

import threading


class Limiter:
    def __init__(self, limit, busy):
        self.limit = limit
        self.busy = busy
        self.changed = threading.Condition()

    def run(self, job, patience=None):
        with self.changed:
            if not self.changed.wait_for(lambda: self.busy.value < self.limit, patience):
                raise TimeoutError("no place")
            self.busy.value += 1
        try:
            return job()
        finally:
            with self.changed:
                self.busy.value -= 1
                self.changed.notify()

    def try_run(self, job):
        try:
            self.run(job, patience=0)
        except TimeoutError:
            return False
        return True


class Bucket:
    def __init__(self, clock, tokens, every, burst):
        self.clock = clock
        self.tokens = tokens
        self.every = every
        self.burst = burst
        self.then = clock.monotonic()
        self.lock = threading.Lock()

    def take(self):
        with self.lock:
            self.fill()
            self.tokens.value -= 1
            debt = -self.tokens.value
        if debt > 0:
            self.clock.sleep(debt * self.every)

    def try_take(self):
        with self.lock:
            self.fill()
            if self.tokens.value < 1:
                return False
            self.tokens.value -= 1
            return True

    def fill(self):
        now = self.clock.monotonic()
        self.tokens.value = min(self.burst, self.tokens.value + (now - self.then) / self.every)
        self.then = now
