"""An exception leaves the function before the permit is given back.

print_page runs before load and raises KeyError with the permit in hand; the next print_page waits for ever.
"""

import threading


class Printer:
    def __init__(self):
        self.free = threading.Semaphore(1)
        self.paper = {}
        self.printed = []
        self.refused = []

    def load(self):
        self.paper["a4"] = 10

    def print_page(self, page):
        self.free.acquire()
        self.paper["a4"] -= 1
        self.printed.append(page)
        self.free.release()

    def clerk(self, page):
        try:
            self.print_page(page)
        except KeyError:
            self.refused.append(page)


class TidyPrinter(Printer):
    def print_page(self, page):
        with self.free:
            self.paper["a4"] -= 1
            self.printed.append(page)


def office(printer):
    threads = [threading.Thread(target=printer.load)]
    threads += [threading.Thread(target=printer.clerk, args=(page,)) for page in (1, 2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(printer.printed + printer.refused) == [1, 2]


def buggy():
    office(Printer())


def correct():
    office(TidyPrinter())
