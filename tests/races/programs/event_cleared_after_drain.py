"""The event is cleared after the work it announced is done, and with it an announcement that came meanwhile.

work has emptied the tray; post lays down letter 2 and sets the event; work clears it and waits for ever.
"""

import threading
from collections import deque


class Desk:
    def __init__(self):
        self.tray = deque()
        self.bell = threading.Event()
        self.sorted = []

    def post(self):
        for letter in (1, 2):
            self.tray.append(letter)
            self.bell.set()

    def empty_tray(self):
        while self.tray:
            self.sorted.append(self.tray.popleft())

    def answer(self):
        self.empty_tray()
        self.bell.clear()

    def work(self):
        while len(self.sorted) < 2:
            self.bell.wait()
            self.answer()


class CarefulDesk(Desk):
    def answer(self):
        self.bell.clear()
        self.empty_tray()


def morning(desk):
    threads = [threading.Thread(target=desk.work), threading.Thread(target=desk.post)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert desk.sorted == [1, 2]


def buggy():
    morning(Desk())


def correct():
    morning(CarefulDesk())
