"""An event that is set and cleared at once reaches only those who are waiting already.

shout sets and clears before run has come to its wait; run waits for ever.
"""

import threading


class Race:
    def __init__(self):
        self.go = threading.Event()
        self.runners = []

    def run(self, name):
        self.go.wait()
        self.runners.append(name)

    def shout(self):
        self.go.set()
        self.go.clear()


class PatientRace(Race):
    def shout(self):
        self.go.set()


def start(race):
    runner = threading.Thread(target=race.run, args=("ann",))
    starter = threading.Thread(target=race.shout)
    runner.start()
    starter.start()
    runner.join()
    starter.join()
    assert race.runners == ["ann"]


def buggy():
    start(Race())


def correct():
    start(PatientRace())
