"""Who held the GIL, who waited for it: three ways to see it, and what they saw as stretches of time.

Runs inside lanes and beside them: standard library alone. Knows nothing of experiments or files of a run.
"""
