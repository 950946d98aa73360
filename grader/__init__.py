"""Grader: measures what a machine-learning submission predicts and judges it fairly under noise."""

__version__ = "0.1.0"
