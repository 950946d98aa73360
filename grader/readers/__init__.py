"""Strict readers of bytes that a run left: a value or a known refusal comes out, never another exception."""
