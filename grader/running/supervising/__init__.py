"""Watches a run in a sandbox that has been started: its channel, its limits, its end, its outcome."""
