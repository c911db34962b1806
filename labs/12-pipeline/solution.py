"""Source, workers, sink: three stations, and two queues between them."""

import queue
import threading

STOP = object()


def pipeline(source, work, sink, workers, room):
    """Call source() until it returns None, work(item) in `workers` threads, and sink(result) for each result.

    At most `room` items wait between two stations. sink is not made for threads: never two calls at once.
    An item whose work raises has no result; the rest goes on. Returns a list of (item, text of exception).
    If source raises, what it gave before is still done, and then its exception is raised here.
    """
    # BEGIN SOLUTION
    todo, done = queue.Queue(room), queue.Queue(room)
    broken, failed = [], []

    def produce():
        try:
            while (item := source()) is not None:
                todo.put(item)
        except Exception as error:
            broken.append(error)
        finally:
            for _ in range(workers):
                todo.put(STOP)

    def labour():
        while (item := todo.get()) is not STOP:
            try:
                message = "result", work(item)
            except Exception as error:
                message = "failure", (item, str(error))
            done.put(message)
        done.put((STOP, None))

    threads = [threading.Thread(target=one) for one in [produce] + [labour] * workers]
    for thread in threads:
        thread.start()
    busy = workers
    while busy:
        kind, content = done.get()
        if kind is STOP:
            busy -= 1
        elif kind == "result":
            sink(content)
        else:
            failed.append(content)
    for thread in threads:
        thread.join()
    if broken:
        raise broken[0]
    return failed
    # END SOLUTION
