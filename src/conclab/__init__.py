"""The lab bench for Python concurrency.

Read in this order: model, experiments/gil_cpu, strategies/threads, lane/bench, harness/conduct,
harness/judge, results/document, cli/run_.
"""

__version__ = "0.1.0"
