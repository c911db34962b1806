"""One kind of observation per file, around the work of a traced pass. Never active in a timed trial."""
