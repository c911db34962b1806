"""The process that does jobs: a line with a list of them in, a line of JSON for each out."""

from __future__ import annotations

import json
import os
import queue
import signal
import sys
import threading

from conclab.classroom.jobs import execute


def serve() -> None:
    """Answer until the other side closes. Whatever else is printed goes nowhere: stdout is the channel."""
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # so that what a job opened is closed
    requests: queue.SimpleQueue[str] = queue.SimpleQueue()
    threading.Thread(target=_listen, args=(requests,), daemon=True).start()
    with os.fdopen(os.dup(1), "w", encoding="utf-8") as channel, open(os.devnull, "w") as nowhere:  # noqa: PTH123
        os.dup2(nowhere.fileno(), 1)
        channel.write("ready\n")  # a job's time begins when Python has started
        channel.flush()
        while True:
            for answer in execute(json.loads(requests.get())):
                channel.write(answer + "\n")
                channel.flush()


def _listen(requests: queue.SimpleQueue[str]) -> None:
    """Take requests. When the other side is gone, however it ended, nobody wants the job in hand."""
    for line in sys.stdin:
        requests.put(line)
    os.kill(os.getpid(), signal.SIGTERM)


if __name__ == "__main__":
    serve()
