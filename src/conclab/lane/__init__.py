"""The long-lived process that executes trials for one interpreter. Standard library only."""
