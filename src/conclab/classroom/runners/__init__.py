"""Where jobs are done: in processes beside us, or on a cluster. Each hands outcomes on as they come."""
