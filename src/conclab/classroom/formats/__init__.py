"""One format a file: FORMAT, with a function from a graded class to texts."""
