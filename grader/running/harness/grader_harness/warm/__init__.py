"""What the mother of warm runs does: loads libraries once, and lets each run begin in walls of its own."""
