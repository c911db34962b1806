"""What runs in the worker beside the submission. Standard library only; nothing in here decides anything."""
