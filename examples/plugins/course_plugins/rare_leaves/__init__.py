"""Leaves of a common and of a rare kind, by length and width (invented)."""
