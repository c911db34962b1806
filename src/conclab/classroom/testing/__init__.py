"""Hidden and visible tests: pytest and hypothesis in the grader's process, the submission in a worker."""
