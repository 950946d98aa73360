"""What students train on and are tested on: published files in, served copies out."""
