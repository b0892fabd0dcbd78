"""Cells that a spreadsheet would take for a formula: made harmless on the way out, whole on the way
in again.

A text that begins with `=`, `+`, `-`, `@` (in either width) or a control character gets a `'` in
front, also where blanks or characters that nobody sees come first, and so does one that begins with
such a mark after quotes of its own, so that exactly one is taken away again. Numbers need none.
"""

import re

from laurels.kit.values import text

_MARK = f"[\\s{text.HIDDEN}]*(?:[=+\\-@\uff1d\uff0b\uff0d\uff20]|[\t\r\n])"
_RISKY = re.compile(f"'*{_MARK}")
_GUARDED = re.compile(f"'+{_MARK}")
_NUMBER = re.compile(r"-[0-9]+(\.[0-9]+)?", re.ASCII)


def guard(text: str) -> str:
    """Return the text as no spreadsheet computes it."""
    return f"'{text}" if _RISKY.match(text) and not _NUMBER.fullmatch(text) else text


def bare(text: str) -> str:
    """Return the text as it was before it was guarded; others stay as they are."""
    return text[1:] if _GUARDED.match(text) else text
