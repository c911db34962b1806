"""Double-checked initialisation publishes the table before it is filled.

The first get stores an empty table; the second sees a table, takes no lock and raises KeyError.
"""

import threading


class Rates:
    def __init__(self):
        self.table = None
        self.lock = threading.Lock()

    def get(self, currency):
        if self.table is None:
            with self.lock:
                if self.table is None:
                    self.load()
        return self.table[currency]

    def load(self):
        self.table = {}
        self.table["eur"] = 10
        self.table["usd"] = 9


class FilledRates(Rates):
    def load(self):
        table = {}
        table["eur"] = 10
        table["usd"] = 9
        self.table = table


def convert(rates):
    found = []
    threads = [threading.Thread(target=lambda: found.append(rates.get("usd"))) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found == [9, 9]


def buggy():
    convert(Rates())


def correct():
    convert(FilledRates())
