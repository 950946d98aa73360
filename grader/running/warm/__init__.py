"""Warm starts: a mother inside bubblewrap has libraries loaded, and forks each run into its own walls."""
