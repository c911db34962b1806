# fails: test_limit
# a new semaphore in each call: nobody ever waits for it

import threading


class Limiter:
    def __init__(self, limit, busy):
        self.limit = limit
        self.busy = busy
        self.places = threading.BoundedSemaphore(limit)
        self.counting = threading.Lock()

    def run(self, job, patience=None):
        places = threading.Semaphore(self.limit)
        if not places.acquire(timeout=patience):
            raise TimeoutError
        try:
            self.count(1)
            try:
                return job()
            finally:
                self.count(-1)
        finally:
            places.release()

    def try_run(self, job):
        try:
            self.run(job, patience=0)
        except TimeoutError:
            return False
        return True

    def count(self, change):
        with self.counting:
            self.busy.value += change


class Bucket:
    def __init__(self, clock, tokens, every, burst):
        self.clock = clock
        self.tokens = tokens
        self.every = every
        self.burst = burst
        self.then = clock.monotonic()
        self.lock = threading.Lock()

    def take(self):
        while missing := self.missing():
            self.clock.sleep(missing * self.every)

    def try_take(self):
        return not self.missing()

    def missing(self):
        with self.lock:
            now = self.clock.monotonic()
            there = min(self.burst, self.tokens.value + (now - self.then) / self.every)
            self.then = now
            self.tokens.value = there - 1 if there >= 1 else there
            return max(0, 1 - there)
