"""Naming bytes by their content: SHA-256, written as lower-case hex."""

import hashlib
import json
from typing import Any


def digest_bytes(content: bytes) -> str:
    """Return the SHA-256 of ``content``; equal exactly when the bytes are equal."""
    return hashlib.sha256(content).hexdigest()


def digest_parts(**parts: Any) -> str:
    """Return one digest for named JSON-able ``parts``, independent of their order."""
    return digest_bytes(json.dumps(parts, sort_keys=True, separators=(",", ":")).encode())
