"""The classroom's pages: feedback for a student, and the report of a class. Offline, one file each."""
