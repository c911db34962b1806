"""Programs that are not trusted, run apart: in layers, each probed by its effect and never by its presence.

Standard library only. Knows nothing of labs, tests or students.
"""
