"""Naming bytes by their content: SHA-256, written as lower-case hex."""

import hashlib
import json
from collections.abc import Mapping
from typing import Any


def digest_bytes(content: bytes) -> str:
    """Return the SHA-256 of ``content``; equal exactly when the bytes are equal."""
    return hashlib.sha256(content).hexdigest()


def digest_parts(**parts: Any) -> str:
    """Return one digest for named JSON-able ``parts``, independent of their order."""
    return digest_document(parts)


def digest_document(document: Mapping[str, Any]) -> str:
    """Return one digest for a document of JSON, however it is laid out and in whatever order it stands."""
    return digest_bytes(json.dumps(document, sort_keys=True, separators=(",", ":")).encode())
