"""What holds a run to its limits: cgroups, or a watchdog."""
