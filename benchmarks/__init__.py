"""Ratios, measured interleaved in one run: an absolute time holds on one machine only."""
