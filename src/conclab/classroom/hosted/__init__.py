"""What an exercise hands out and the grader keeps: cells, containers, locks, clocks, work to be done.

The submission holds stand-ins. Every operation happens here, in the order that the stage decides.
"""
