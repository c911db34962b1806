"""An event counts to one: two deliveries set it twice, and the second is not heard.

Both deliveries set the event; receive takes one parcel, clears the event and waits for ever for the second.
"""

import threading


class Porch:
    def __init__(self):
        self.bell = threading.Event()
        self.parcels = []
        self.taken = []

    def deliver(self, parcel):
        self.parcels.append(parcel)
        self.bell.set()

    def hear(self):
        self.bell.wait()
        self.bell.clear()

    def receive(self):
        for _ in range(2):
            self.hear()
            self.taken.append(self.parcels.pop())


class CountingPorch(Porch):
    def __init__(self):
        super().__init__()
        self.rings = threading.Semaphore(0)

    def deliver(self, parcel):
        self.parcels.append(parcel)
        self.rings.release()

    def hear(self):
        self.rings.acquire()


def day(porch):
    threads = [
        threading.Thread(target=porch.deliver, args=("book",)),
        threading.Thread(target=porch.receive),
        threading.Thread(target=porch.deliver, args=("lamp",)),
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(porch.taken) == ["book", "lamp"]


def buggy():
    day(Porch())


def correct():
    day(CountingPorch())
