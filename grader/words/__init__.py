"""Every sentence shown to people, in Portuguese and English, from one catalogue (``*.toml`` beside this file)."""

from grader.words.catalogue import phrase, say

__all__ = ["phrase", "say"]
