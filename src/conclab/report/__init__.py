"""The page of a saved run: one HTML file that needs neither network nor server. It reads run.json alone."""
