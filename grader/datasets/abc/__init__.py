"""Adult, baby or child by weight alone: rows that programs type."""
