"""Two threads meet at one barrier four times: they write, meet, read what the other wrote, and meet again."""

import threading


def correct():
    meeting, cells, seen = threading.Barrier(2), [0, 0], []

    def work(me):
        for number in (1, 2):
            cells[me] = number
            meeting.wait()
            seen.append((number, cells[1 - me]))
            meeting.wait()

    threads = [threading.Thread(target=work, args=(me,)) for me in (0, 1)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert seen == [(1, 1), (1, 1), (2, 2), (2, 2)]
