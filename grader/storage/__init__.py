"""Memory between gradings: one folder per run, complete before it is visible."""
