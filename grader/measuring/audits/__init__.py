"""Tests of honesty, one module each: findings with evidence for a person, never a zero by themselves."""
