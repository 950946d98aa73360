"""Files and folders that are whole or not there, and their digests; the standard library only."""
