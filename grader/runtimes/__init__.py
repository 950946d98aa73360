"""The interpreters students' code runs in: named, locked, installed into the cache, never imported by us."""
