"""Look for the bug of a cache that two threads share.

Here because looking and acting are two steps: `if name not in self.pages`, then `self.pages[name] = ...`.
Between them lies a call, where every interpreter may switch, and what was seen need no longer be so. Each
step alone is safe, with any build of Python; both together are not.

The program is `programs/cache.py`. `size` is the most runs of one stress test, or schedules of one
exploration. The answer is the program's name, and what the search found is evidence.
"""

from __future__ import annotations

from conclab.quest import searched

WORKLOAD = searched("cache")
