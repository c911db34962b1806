"""How the grader and a submission speak: frames of plain data over one socket, and nothing else.

The grader's side trusts nothing that comes in. What runs beside the submission is in `inside`; it is copied
into the worker's folder together with `wire`, and imports nothing but the standard library and itself.
"""
