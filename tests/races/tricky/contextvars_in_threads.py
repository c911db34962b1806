"""Each thread sets the same context variable and finds its own value again."""

import contextvars
import threading
import time

user = contextvars.ContextVar("user", default="nobody")


def correct():
    seen = {}

    def serve(name):
        user.set(name)
        time.sleep(0)
        seen[name] = user.get()

    threads = [threading.Thread(target=serve, args=(name,)) for name in ("ann", "bob")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert seen == {"ann": "ann", "bob": "bob"}
    assert user.get() == "nobody"
