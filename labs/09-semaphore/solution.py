"""Not more than so many at a time, and not more than so many in a second."""

import threading


class Limiter:
    """Lets at most `limit` jobs run at a time. `busy.value` says how many do, for others to see: 0 now."""

    def __init__(self, limit, busy):
        self.limit = limit
        self.busy = busy
        # BEGIN SOLUTION: pass
        self.places = threading.BoundedSemaphore(limit)
        self.counting = threading.Lock()
        # END SOLUTION

    def run(self, job, patience=None):
        """Call job() and return its result as soon as there is a place for it.

        Raises TimeoutError if there is none after `patience` seconds, unless that is None.
        """
        # BEGIN SOLUTION
        if not self.places.acquire(timeout=patience):
            raise TimeoutError
        try:
            self._count(1)
            try:
                return job()
            finally:
                self._count(-1)
        finally:
            self.places.release()
        # END SOLUTION

    def try_run(self, job):
        """Call job() if there is a place now, and say whether it was called. Never waits for a place."""
        # BEGIN SOLUTION
        try:
            self.run(job, patience=0)
        except TimeoutError:
            return False
        return True

    def _count(self, change):
        with self.counting:
            self.busy.value += change
        # END SOLUTION


class Bucket:
    """A token bucket: one token comes every `every` seconds, at most `burst` are kept. At first it is full.

    `clock` has monotonic() and sleep(seconds). `tokens.value` is for your use; it is `burst` now.
    """

    def __init__(self, clock, tokens, every, burst):
        self.clock = clock
        self.tokens = tokens
        self.every = every
        self.burst = burst
        # BEGIN SOLUTION: pass
        self.then = clock.monotonic()
        self.lock = threading.Lock()
        # END SOLUTION

    def take(self):
        """Take a token out of the bucket, and sleep until there is one if there is none."""
        # BEGIN SOLUTION
        while missing := self._missing():
            self.clock.sleep(missing * self.every)
        # END SOLUTION

    def try_take(self):
        """Take a token if there is one now, and say whether there was. Never waits, also while others do."""
        # BEGIN SOLUTION
        return not self._missing()

    def _missing(self):
        """How much of a token is missing; 0 if one was there, and was taken."""
        with self.lock:
            now = self.clock.monotonic()
            there = min(self.burst, self.tokens.value + (now - self.then) / self.every)
            self.then = now
            self.tokens.value = there - 1 if there >= 1 else there
            return max(0, 1 - there)
        # END SOLUTION
