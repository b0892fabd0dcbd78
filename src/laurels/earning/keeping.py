"""How awards are kept: what equal ones say is kept once, and each has its figures.

A body is an explanation and the effects, as JSON, with a character at the place of each figure. It
names rules, versions and tiers, and what rules found missing; there are few of them, while figures
are different for each award. Ids of transactions stand among them in base 64, after a tilde.
`laurels.why` puts all together again, exactly.
"""

import re
from binascii import b2a_base64
from typing import Any

from .judging import Awarded, to_json

WHY = (
    "a.subject_id, e.trigger, laurels.why(e.body, a.figures) -> 0 as explanation,"
    " laurels.why(e.body, a.figures) -> 1 as effects"
)
AWARDS = (
    "from laurels.awards as a inner join laurels.explanations as e"
    " on e.tenant_id = $1 and e.digest = a.explanation_digest"
)
"""To read awards with their why; `$1` is the tenant."""

_FIGURE = re.compile(rb'([":, ([]-?)(\d+(?:[.:T+-]\d+)*)(?=[":, })\].;])')
"""Numbers, dates and periods that stand alone; digits within ids and words stay where they are."""
_PLACE, _BETWEEN = b"\x1f", b"\x1e"
"""JSON writes control characters in another way, so these stand in no text of it."""


def keep(awarded: Awarded) -> tuple[str, str]:
    """Return the body that an award shares with others, and its own figures."""
    said, figures = _split(awarded.explanation_told)
    effects: list[dict[str, Any]] = [
        {**effect, "transaction_id": "0-0-0"} for effect in awarded.effects
    ]
    did, counts = _split(to_json(effects))
    ids = (b"~" + b2a_base64(effect["transaction_id"].bytes)[:22] for effect in awarded.effects)
    counts = [next(ids) if each == b"0-0-0" else each for each in counts]
    return (said + _BETWEEN + did).decode(), b" ".join(figures + counts).decode()


def _split(told: bytes) -> tuple[bytes, list[bytes]]:
    parts = _FIGURE.split(told)
    figures = parts[2::3]
    parts[2::3] = [_PLACE] * len(figures)
    return b"".join(parts), figures
