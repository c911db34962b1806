"""One piece of work per file: a plain function of one plain argument, with an async twin if it waits.

Strangers to strategies, threads and clocks. Standard library only, so that any interpreter runs them.
"""
