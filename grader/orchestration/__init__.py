"""The use cases: they decide the order and touch the outside only through their ports."""
