"""A callback that is added while the future resolves is called once, by one thread or the other."""

import concurrent.futures
import threading


def correct():
    future, calls = concurrent.futures.Future(), []
    adder = threading.Thread(
        target=future.add_done_callback, args=(lambda done: calls.append(done.result()),)
    )
    solver = threading.Thread(target=future.set_result, args=(42,))
    adder.start()
    solver.start()
    adder.join()
    solver.join()
    assert calls == [42]
