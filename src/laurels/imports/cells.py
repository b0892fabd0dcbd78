"""Cells that a spreadsheet would take for a formula: made harmless on the way out, whole on the way
in again.

A text that begins with `=`, `+`, `-`, `@` or a control character gets a `'` in front, and so does
one that begins with such a mark after quotes of its own, so that exactly one is taken away again.
Numbers and moments of ours need none.
"""

import re

_RISKY = re.compile("'*[=+\\-@\t\r\n]")
_GUARDED = re.compile("'+[=+\\-@\t\r\n]")


def guard(text: str) -> str:
    """Return the text as no spreadsheet computes it."""
    return f"'{text}" if _RISKY.match(text) else text


def bare(text: str) -> str:
    """Return the text as it was before it was guarded; others stay as they are."""
    return text[1:] if _GUARDED.match(text) else text
