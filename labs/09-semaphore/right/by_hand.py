# acquire(blocking=False) in try_run, a context manager, one token at a time

import contextlib
import threading


class Limiter:
    def __init__(self, limit, busy):
        self.limit = limit
        self.busy = busy
        self.places = threading.BoundedSemaphore(limit)
        self.counting = threading.Lock()

    @contextlib.contextmanager
    def place(self, **how):
        got = self.places.acquire(**how)
        if got:
            with self.counting:
                self.busy.value = self.busy.value + 1
        try:
            yield got
        finally:
            if got:
                with self.counting:
                    self.busy.value = self.busy.value - 1
                self.places.release()

    def run(self, job, patience=None):
        with self.place(timeout=patience) as got:
            if not got:
                raise TimeoutError(f"no place within {patience} s")
            return job()

    def try_run(self, job):
        with self.place(blocking=False) as got:
            if got:
                job()
            return got


class Bucket:
    def __init__(self, clock, tokens, every, burst):
        self.clock = clock
        self.tokens = tokens
        self.every = every
        self.burst = burst
        self.then = clock.monotonic()
        self.lock = threading.Lock()

    def take(self):
        while not self.try_take():
            with self.lock:
                wait = self.then + self.every - self.clock.monotonic()
            self.clock.sleep(max(0, wait))

    def try_take(self):
        with self.lock:
            now = self.clock.monotonic()
            while self.then + self.every <= now:
                self.then += self.every
                self.tokens.value = min(self.burst, self.tokens.value + 1)
            if self.tokens.value >= self.burst:
                self.then = now
            if self.tokens.value >= 1:
                self.tokens.value -= 1
                return True
            return False
