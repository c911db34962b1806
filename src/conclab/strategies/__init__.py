"""One way to execute a batch per file. Each opens a pool and yields a `map`.

Strangers to workloads and clocks; a third-party package is imported inside `open` only.
"""
