"""Look for the deadlock of two accounts with a lock each.

Here because this program has all the locks that it needs, and they are what stops it: one transfer holds
ann's lock and wants bob's, the other holds bob's and wants ann's. Neither ever goes on. A run that hangs
counts as found, and is let go afterwards.

The program is `programs/transfer.py`. `size` is the most runs of one stress test, or schedules of one
exploration. The answer is the program's name, and what the search found is evidence.
"""

from __future__ import annotations

from conclab.quest import searched

WORKLOAD = searched("transfer")
