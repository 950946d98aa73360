"""Code we do not trust, behind one door: sandboxes, and the step that runs one submission."""
