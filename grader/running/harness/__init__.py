"""Our code that is sent inside: plain files for the runtime, never imported by the grader."""
