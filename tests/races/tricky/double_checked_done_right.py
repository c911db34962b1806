"""Double-checked initialisation: the unlocked look finds nothing or a table that is complete."""

import threading


class Rates:
    def __init__(self):
        self.table = None
        self.lock = threading.Lock()
        self.loads = 0

    def get(self, currency):
        if self.table is None:
            with self.lock:
                if self.table is None:
                    self.table = self.load()
        return self.table[currency]

    def load(self):
        self.loads += 1
        table = {}
        table["eur"] = 10
        table["usd"] = 9
        return table


def correct():
    rates, found = Rates(), []
    threads = [threading.Thread(target=lambda: found.append(rates.get("usd"))) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found == [9, 9]
    assert rates.loads == 1
