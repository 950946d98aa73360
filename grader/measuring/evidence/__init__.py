"""What a run left, read strictly: one module per kind of evidence."""
