"""The subject calls its listeners with its lock held; a listener's lock completes a circle.

measure holds the thermometer's lock and wants the display's; refresh holds the display's and wants the other.
"""

import threading


class Thermometer:
    def __init__(self):
        self.lock = threading.Lock()
        self.degrees = 0
        self.listeners = []

    def last(self):
        with self.lock:
            return self.degrees

    def measure(self, degrees):
        with self.lock:
            self.degrees = degrees
            for listener in self.listeners:
                listener(degrees)


class OpenThermometer(Thermometer):
    def measure(self, degrees):
        with self.lock:
            self.degrees = degrees
        for listener in self.listeners:
            listener(degrees)


class Display:
    def __init__(self, thermometer):
        self.lock = threading.Lock()
        self.thermometer = thermometer
        self.shown = None
        thermometer.listeners.append(self.show)

    def show(self, degrees):
        with self.lock:
            self.shown = degrees

    def refresh(self):
        with self.lock:
            self.shown = self.thermometer.last()


def observe(thermometer):
    display = Display(thermometer)
    threads = [threading.Thread(target=thermometer.measure, args=(20,))]
    threads.append(threading.Thread(target=display.refresh))
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert display.shown == 20


def buggy():
    observe(Thermometer())


def correct():
    observe(OpenThermometer())
