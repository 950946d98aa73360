"""What one course adds to grader."""
