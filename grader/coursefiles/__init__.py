"""From files to the model, once: courses, submissions, notebooks."""
