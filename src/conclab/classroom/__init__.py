"""Labs, and how they are graded: the verdict is made where the submission has no handle on it."""
