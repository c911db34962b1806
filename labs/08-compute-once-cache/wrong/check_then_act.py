# fails: test_two_threads
# no lock: two threads see that the key is missing


class Cache:
    def __init__(self, fn):
        self.fn = fn
        self.values = {}

    def get(self, key):
        if key not in self.values:
            self.values[key] = self.fn(key)
        return self.values[key]
