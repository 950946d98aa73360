"""What others may add: the published interfaces, and the registry they enter by."""
