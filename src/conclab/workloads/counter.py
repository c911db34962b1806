"""Look for the bug of a counter that two threads share.

Here because `self.n += 1` is the first line that anybody writes in two threads, and looks as if nothing
could come between. It reads, adds and writes; whoever comes between reads the same number, and one of the
two increments is lost. Whether anything can come there depends on the interpreter, which promises nothing.

The program is `programs/counter.py`. `size` is the most runs of one stress test, or schedules of one
exploration. The answer is the program's name, and what the search found is evidence.
"""

from __future__ import annotations

from conclab.quest import searched

WORKLOAD = searched("counter")
