"""What happened, as files: purchases with their refunds, every movement of points, every tier.

Purchases are read back by their import. Points and tiers are for reading and for keeping: what
members have comes back as balances, and where they stand is what their purchases brought.
"""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any
from uuid import UUID

import orjson

from laurels import ledger, members, purchases, tiers
from laurels.kit.values.fields import trim_money
from laurels.kit.values.ids import encode
from laurels.kit.work import Work

from .parsing import PURCHASE_COLUMNS
from .sheets import PAGE, Cell, Sheet, name_of

POINT_COLUMNS = tuple(
    """
    member program number type source points balance_after debt_after purchase reason occurred_at
    """.split()
)
TIER_COLUMNS = tuple(
    """
    member tier level reason achieved_at ended_at expires_at grace_until points_at_achievement
    spend_at_achievement orders_at_achievement note
    """.split()
)
_LINE = ("sku", "name", "category", "quantity", "unit_price", "amount", "tax_amount")
_LINE_BACK = ("line", "quantity", "amount")


async def walk_purchases(work: Work, after: UUID | None) -> Sheet:
    """Return purchases, each followed by its refunds."""
    ids = await purchases.walk(work, after=after, limit=PAGE)
    found = await purchases.find_purchases(work, ids)
    people = await _names(work, [each["member_id"] for each in found.values()])
    rows: list[Sequence[Cell]] = []
    for purchase_id in ids:
        each = found[purchase_id]
        number = each["external_id"] or encode("purchase", purchase_id)
        buyer = people.get(each["member_id"])
        told = {
            **each,
            "external_id": number,
            "member": buyer,
            "lines": _json(each["lines"], _LINE),
            "points_paid": sum(paid["points"] or 0 for paid in each["payments"]) or None,
            "attributes": _facts(each["attributes"]),
        }
        rows.append([told.get(column) for column in PURCHASE_COLUMNS])
        rows += [_refund_row(refund, each, number, buyer) for refund in each["refunds"]]
    return Sheet(rows, len(ids), ids[-1] if ids else None)


def _refund_row(
    refund: Mapping[str, Any], purchase: Mapping[str, Any], number: str, buyer: str | None
) -> Sequence[Cell]:
    told: dict[str, Cell] = {
        "external_id": refund["external_id"] or encode("refund", refund["id"]),
        "source": purchase["source"],
        "member": buyer,
        "occurred_at": refund["occurred_at"],
        "amount": refund["amount"],
        "currency": purchase["currency"],
        "refund_of": number,
        "note": refund["reason"],
        "lines": _json(refund["lines"], _LINE_BACK),
    }
    return [told.get(column) for column in PURCHASE_COLUMNS]


def _json(lines: Sequence[Mapping[str, Any]], columns: Sequence[str]) -> str | None:
    if not lines:
        return None
    told = [
        {name: _plain(line[name]) for name in columns if line.get(name) is not None}
        for line in lines
    ]
    return orjson.dumps(told).decode()


def _plain(value: Any) -> Any:
    return trim_money(value) if isinstance(value, Decimal) else value


def _facts(facts: Mapping[str, Any]) -> str | None:
    return orjson.dumps(facts, option=orjson.OPT_SORT_KEYS).decode() if facts else None


async def walk_points(work: Work, after: UUID | None) -> Sheet:
    """Return every movement of some members, wallet by wallet in the order booked."""
    people = {row["id"]: name_of(row) for row in await members.walk(work, after=after, limit=PAGE)}
    found = await ledger.history_of(work, list(people))
    rows: list[Sequence[Cell]] = [
        [people[each["member_id"]], *(each[column] for column in POINT_COLUMNS[1:])]
        for each in found
    ]
    return Sheet(rows, len(people), max(people, default=None))


async def walk_tiers(work: Work, after: UUID | None) -> Sheet:
    """Return every standing that some members had, the first one first."""
    people = {row["id"]: name_of(row) for row in await members.walk(work, after=after, limit=PAGE)}
    found = await tiers.history_of(work, list(people))
    rows: list[Sequence[Cell]] = [
        [people[each["member_id"]], *(each[column] for column in TIER_COLUMNS[1:])]
        for each in found
    ]
    return Sheet(rows, len(people), max(people, default=None))


async def _names(work: Work, ids: Sequence[UUID | None]) -> dict[UUID | None, str]:
    wanted = sorted({each for each in ids if each is not None})
    people = await members.get_facts(work, wanted)
    return {who: name_of(person) for who, person in people.items()}
