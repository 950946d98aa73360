"""Adult, baby or child by weight and skin colour: rows that programs type."""
