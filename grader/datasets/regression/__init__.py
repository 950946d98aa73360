"""A network that swaps its inputs: rows that programs type."""
