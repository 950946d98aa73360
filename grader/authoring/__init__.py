"""What teachers make and keep up: courses begun, assignments written, looked through and handed out."""
