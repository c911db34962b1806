"""Pictures of a saved run. They read run.json and nothing else."""
