"""What a course is. Standard library only, all frozen, no reading of clocks, files or environment."""
