"""Rows, and the map from raw rows to what a model was given, recognised by value."""
