"""What students handed in: from folders, archives and a roster to one submission a student.

A member's name never becomes a path of ours: archives are read, not unpacked. Whatever is wrong with a
submission is a note on it, never an exception.
"""
