"""The run's folder and run.json: what is kept, and how it is read back."""
