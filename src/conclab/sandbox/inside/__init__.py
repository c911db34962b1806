"""What runs in the fresh interpreter beside an untrusted program, before any line of it does.

Imports are paid at every start, so `typing`, `enum`, `re` and what needs them (`signal`, `json`,
`subprocess`, `dataclasses`) are not imported here: together they cost more than the interpreter's own start.
"""
