"""How awards are kept: what equal ones say is kept once, and each has its figures.

A body is an explanation and the effects, without their figures. It names rules, versions and tiers,
and what rules found missing; there are few of them, while figures are different for each award. Ids
of transactions stand among the figures in base 64, after a tilde. `laurels.why` puts all together.
"""

from binascii import b2a_base64
from functools import lru_cache
from typing import Any
from uuid import UUID

from .figures import PLACE, as_json, take_out
from .judging import Awarded

WHY = (
    "a.subject_id, e.trigger, laurels.why(e.body, a.figures) -> 0 as explanation,"
    " laurels.why(e.body, a.figures) -> 1 as effects"
)
AWARDS = """
from laurels.awards as a
inner join laurels.explanations as e on e.tenant_id = $1 and e.digest = a.explanation_digest
"""
"""To read awards with their why; `$1` is the tenant."""

_BETWEEN = "\x1e"


def keep(awarded: Awarded) -> tuple[str, str]:
    """Return the body that an award shares with others, and its own figures."""
    text, figures = awarded.why()
    figures = figures.copy()
    effects = ",".join([_effect(effect, figures) for effect in awarded.effects])
    return f"{text}{_BETWEEN}[{effects}]", " ".join(figures)


def _effect(effect: dict[str, Any], figures: list[str]) -> str:
    usage = effect["usage"]
    figures += [
        str(effect["points"]),
        "~" + b2a_base64(effect["transaction_id"].bytes)[:22].decode(),
        *usage,
    ]
    text = _beginning(
        effect["rule_id"], effect["version"], effect["type"], effect["program_id"], len(usage)
    )
    for name in ("lines", "base"):
        if name in effect:
            text += f',"{name}":{take_out(effect[name], figures)}'
    return text + "}"


@lru_cache(1000)
def _beginning(rule_id: UUID, version: int, kind: str, program_id: UUID | None, used: int) -> str:
    label = {"rule_id": rule_id, "version": version, "type": kind, "program_id": program_id}
    usage = ",".join([f'"{PLACE}"'] * used)
    return f'{as_json(label)[:-1]},"points":{PLACE},"transaction_id":"{PLACE}","usage":[{usage}]'
