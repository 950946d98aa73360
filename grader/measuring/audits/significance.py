"""How unlikely a sign must be before a person is asked to look."""

SUSPICIOUS_BELOW = 1e-4
"""Largest p-value that becomes a finding: one honest program in ten thousand."""
