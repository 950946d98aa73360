"""A course looked through without running anything: what is to be mended before students see it."""
