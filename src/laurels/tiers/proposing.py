"""Another ladder: what would be changed, added and archived, and whether it can be.

A preview judges by it, and saving makes it true; both read it here, so that they mean the same.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from laurels.kit.values.ids import new_id
from laurels.kit.work import Work

from .errors import TierInvalid, TierNotFound, TooManyTiers
from .ladder import tier_of
from .policy import Ladder
from .service import MAX_TIERS, check_tier


@dataclass(frozen=True, slots=True, kw_only=True)
class Proposal:
    """Another ladder: tiers that are changed, new or archived.

    With `replace` those that are not named are archived too; otherwise they stay. `edited` says
    from which versions the changes began.
    """

    changed: Mapping[UUID, Mapping[str, Any]]
    new: Sequence[Mapping[str, Any]]
    archived: Sequence[UUID] = ()
    replace: bool = False
    edited: Mapping[UUID, int | None] = field(default_factory=dict[UUID, int | None])


@dataclass(frozen=True, slots=True)
class Proposed:
    """The ladder as it would be, its rows, and which of them are not there yet."""

    ladder: Ladder
    rows: list[dict[str, Any]]
    fresh: set[UUID]


async def propose(
    work: Work, present: Mapping[UUID, Mapping[str, Any]], proposal: Proposal
) -> Proposed:
    """Return the ladder as it would be.

    Raise TierNotFound, TierInvalid, TierNameTaken, TierLevelTaken or TooManyTiers.
    """
    for tier_id in [*proposal.changed, *proposal.archived]:
        if tier_id not in present:
            raise TierNotFound(field="changed" if tier_id in proposal.changed else "archived")
    rows: list[dict[str, Any]] = [
        {**row, **proposal.changed.get(tier_id, {})}
        for tier_id, row in present.items()
        if tier_id not in proposal.archived
        and (tier_id in proposal.changed or not proposal.replace)
    ]
    fresh = {new_id(): values for values in proposal.new}
    rows += [{**values, "id": tier_id} for tier_id, values in fresh.items()]
    if len(rows) > MAX_TIERS:
        raise TooManyTiers
    _settle_default(rows, proposal, set(fresh))
    for row in rows:
        await check_tier(work, row, rows, own=row["id"])
    tiers = sorted((tier_of(row) for row in rows), key=lambda tier: tier.level)
    return Proposed(Ladder(tuple(tiers)), rows, set(fresh))


def _settle_default(rows: Sequence[dict[str, Any]], proposal: Proposal, fresh: set[UUID]) -> None:
    """The tier that is said to be the default is the only one."""
    said = [
        row
        for row in rows
        if row["is_default"]
        and (row["id"] in fresh or proposal.changed.get(row["id"], {}).get("is_default"))
    ]
    if len(said) > 1:
        msg = "only one tier can be the default"
        raise TierInvalid(msg, field="is_default")
    for row in rows:
        row["is_default"] = row is said[0] if said else row["is_default"]
