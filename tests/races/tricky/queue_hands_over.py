"""An object is changed without a lock by two threads, one after the other: the queue hands it over."""

import queue
import threading


class Parcel:
    def __init__(self):
        self.stamps = 0

    def stamp(self):
        self.stamps += 1


def correct():
    road, arrived = queue.Queue(), []

    def send():
        parcel = Parcel()
        parcel.stamp()
        road.put(parcel)

    def receive():
        parcel = road.get()
        parcel.stamp()
        arrived.append(parcel.stamps)

    threads = [threading.Thread(target=receive), threading.Thread(target=send)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert arrived == [2]
