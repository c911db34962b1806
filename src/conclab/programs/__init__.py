"""Small programs with a bug in their order of events, as students write them. They import nothing of ours.

Each has `scenario`, one ordinary run that asserts, and `tuned`, the same made for a stress test.
"""
