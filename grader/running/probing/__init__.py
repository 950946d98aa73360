"""Attacks each promise of a sandbox once, there and then, before anything of a student runs."""
