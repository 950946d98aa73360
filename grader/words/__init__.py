"""Every sentence shown to people, in each language, from one catalogue (``*.toml`` beside this file)."""

from grader.words.catalogue import phrase, say

__all__ = ["phrase", "say"]
