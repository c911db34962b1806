"""Look for the bug of an account in an event loop: looked at, then awaited, then changed.

Here because one thread does not mean that nothing comes between: at every `await` all other tasks may run.
And because an event loop runs its tasks in the order in which they became ready, so that a thousand
ordinary runs are one run, a thousand times.

The program is `programs/withdraw.py`. `size` is the most runs of one stress test, or schedules of one
exploration. The answer is the program's name, and what the search found is evidence.
"""

from __future__ import annotations

from conclab.quest import searched

WORKLOAD = searched("withdraw")
