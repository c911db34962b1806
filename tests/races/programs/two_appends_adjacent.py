"""Each append is atomic; that two of them stand side by side is not.

say("ann") writes its first line; say("bob") writes both of his; say("ann") writes its second.
"""

import threading


class Transcript:
    def __init__(self):
        self.lines = []

    def say(self, name):
        self.lines.append(f"{name}: hello")
        self.lines.append(f"{name}: goodbye")


class PairedTranscript(Transcript):
    def say(self, name):
        self.lines.extend([f"{name}: hello", f"{name}: goodbye"])


def talk(transcript):
    threads = [threading.Thread(target=transcript.say, args=(name,)) for name in ("ann", "bob")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    names = [line.split(":")[0] for line in transcript.lines]
    assert names in (["ann", "ann", "bob", "bob"], ["bob", "bob", "ann", "ann"])


def buggy():
    talk(Transcript())


def correct():
    talk(PairedTranscript())
