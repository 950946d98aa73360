"""What a student states, read out of free text; it serves the claim audit and check alone."""
