"""Holds a course against what it expects of itself, as its build service does at every change."""
