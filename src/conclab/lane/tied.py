"""Importing this ties the importing process to its parent: how the fork server is reached.

Its workers are tied to the server, and hold the pipe by which it would notice that its lane is gone.
"""

from __future__ import annotations

from conclab.lane.tie import die_with_parent

die_with_parent()
