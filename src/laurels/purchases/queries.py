"""Reading purchases."""

from collections.abc import Sequence
from decimal import Decimal
from typing import Any
from uuid import UUID

from laurels.kit.db.sql import statements
from laurels.kit.http.paging import FIRST as FIRST_PAGE
from laurels.kit.http.paging import Asked, Found, Listing, at
from laurels.kit.values.ids import FIRST
from laurels.kit.work import Work

from .errors import PurchaseNotFound, RefundNotFound
from .payments import payments_of_rows, shown

SQL = statements(__name__)


async def get_purchase(work: Work, purchase_id: UUID) -> dict[str, Any]:
    """Return a purchase with its lines and refunds. Raise PurchaseNotFound."""
    purchase = (await find_purchases(work, [purchase_id])).get(purchase_id)
    if purchase is None:
        raise PurchaseNotFound
    return purchase


async def find_purchases(work: Work, ids: Sequence[UUID]) -> dict[UUID, dict[str, Any]]:
    """Return purchases with their lines and refunds, by id."""
    rows = await work.fetch(f"{SQL.purchases} and id = any($2)", work.tenant_id, list(ids))
    purchases: dict[UUID, dict[str, Any]] = {
        row["id"]: {**dict(row), "lines": [], "payments": [], "refunds": []} for row in rows
    }
    for purchase_id, lines in (await lines_of(work, list(purchases))).items():
        purchases[purchase_id]["lines"] = lines
    for purchase_id, paid in (await payments_of_rows(work, purchases)).items():
        purchases[purchase_id]["payments"] = shown(paid)
    for refund in await work.fetch(
        f"{SQL.refunds} and purchase_id = any($2) order by id", work.tenant_id, list(purchases)
    ):
        purchases[refund["purchase_id"]]["refunds"].append(dict(refund))
    return purchases


async def walk(work: Work, *, after: UUID | None, limit: int) -> list[UUID]:
    """Return the ids of the next purchases from above the id `after`, the oldest first."""
    rows = await work.fetch(SQL.walk_ids, work.tenant_id, after, limit)
    return [row[0] for row in rows]


async def count(work: Work) -> int:
    """Return how many purchases there are."""
    row = await work.fetchrow(SQL.count_purchases, work.tenant_id)
    return row[0] if row else 0


async def lock(work: Work, ids: Sequence[UUID]) -> dict[UUID, dict[str, Any]]:
    """Return purchases by id, locked in the order of ids until the transaction ends."""
    rows = await work.fetch(
        f"{SQL.purchases} and id = any($2) order by id for update", work.tenant_id, list(ids)
    )
    return {row["id"]: dict(row) for row in rows}


async def members_of(work: Work, ids: Sequence[UUID], *, numbers: Sequence[str] = ()) -> set[UUID]:
    """Return whose these purchases are, and those with one of these external ids of any source."""
    wanted = list(ids)
    if numbers:
        rows = await work.fetch(SQL.find_by_number, work.tenant_id, list(numbers))
        wanted += [row[0] for row in rows]
    rows = await work.fetch(SQL.members_of, work.tenant_id, wanted)
    return {row[0] for row in rows}


async def find_by_key(work: Work, keys: Sequence[tuple[str, str]]) -> dict[tuple[str, str], UUID]:
    """Return the ids of purchases by their natural keys (source, external id)."""
    rows = await work.fetch(
        SQL.find_by_keys, work.tenant_id, [key[0] for key in keys], [key[1] for key in keys]
    )
    return {(row[0], row[1]): row[2] for row in rows}


async def lock_by_key(work: Work, keys: Sequence[tuple[str, str]]) -> None:
    """Lock the purchases that are there by their natural keys, in the order of ids."""
    await lock(work, list((await find_by_key(work, keys)).values()))


async def lines_of(work: Work, purchase_ids: Sequence[UUID]) -> dict[UUID, list[dict[str, Any]]]:
    """Return the lines of purchases in their order; one without lines is not among them."""
    rows = await work.fetch(SQL.lines_of, work.tenant_id, list(purchase_ids))
    lines: dict[UUID, list[dict[str, Any]]] = {}
    for row in rows:
        line = dict(row)
        lines.setdefault(line.pop("purchase_id"), []).append(line)
    return lines


async def read(work: Work, ids: Sequence[UUID]) -> dict[UUID, dict[str, Any]]:
    """Return purchases by id, as they are now, without locking them."""
    rows = await work.fetch(f"{SQL.purchases} and id = any($2)", work.tenant_id, list(ids))
    return {row["id"]: dict(row) for row in rows}


PURCHASES = Listing(
    moment="occurred_at",
    happened="Occurred",
    sorts={"created_at": None, "occurred_at": at("occurred_at")},
)
REFUNDS = Listing(moment="occurred_at", happened="Occurred", sorts={"created_at": None})


async def list_purchases(
    work: Work,
    *,
    member_id: UUID | None = None,
    status: str | None = None,
    refund_state: str | None = None,
    key: tuple[str | None, str | None] = (None, None),
    amounts: tuple[Decimal | None, Decimal | None] = (None, None),
    asked: Asked = FIRST_PAGE,
) -> Found[dict[str, Any]]:
    """Return purchases, usually the newest recorded first; `key` is source and external id,
    `amounts` the least and the most that was paid.
    """
    sql: str = SQL.purchases
    values: list[Any] = [work.tenant_id]
    # Said only where it is asked, so that those of one member are read by their index.
    for condition, value in (
        ("member_id =", member_id),
        ("status =", status),
        ("source =", key[0]),
        ("external_id =", key[1]),
        ("refund_state =", refund_state),
        ("amount >=", amounts[0]),
        ("amount <=", amounts[1]),
    ):
        if value is not None:
            values.append(value)
            sql += f" and {condition} ${len(values)}"
    return await PURCHASES.fetch(work, asked, sql, *values)


async def get_refund(work: Work, refund_id: UUID) -> dict[str, Any]:
    """Return a refund. Raise RefundNotFound."""
    row = await work.fetchrow(f"{SQL.refunds} and id = $2", work.tenant_id, refund_id)
    if row is None:
        raise RefundNotFound
    return dict(row)


async def list_refunds(
    work: Work,
    *,
    purchase_id: UUID | None = None,
    key: tuple[str | None, str | None] = (None, None),
    asked: Asked = FIRST_PAGE,
) -> Found[dict[str, Any]]:
    """Return refunds, usually the newest recorded first; `key` is source and external id."""
    sql = f"""
        {SQL.refunds}
          and ($2::uuid is null or purchase_id = $2) and ($3::text is null or source = $3)
          and ($4::text is null or external_id = $4)
    """
    return await REFUNDS.fetch(work, asked, sql, work.tenant_id, purchase_id, *key)


async def list_unsettled(work: Work, *, after: UUID | None, limit: int) -> list[UUID]:
    """Return completed purchases whose effect is not booked yet: those completed by SQL."""
    rows = await work.fetch(SQL.list_unsettled, work.tenant_id, after, limit)
    return [row[0] for row in rows]


async def ids_of(
    work: Work, member_ids: Sequence[UUID], *, after: UUID = FIRST, limit: int
) -> list[UUID]:
    """Return the next ids of purchases of these members, in their order."""
    rows = await work.fetch(SQL.ids_of_member, work.tenant_id, list(member_ids), after, limit)
    return [row[0] for row in rows]


async def totals_of(work: Work, member_ids: Sequence[UUID]) -> list[tuple[Any, ...]]:
    """Return what members bought in all: member, spend, refunded, number, first and last moment.

    What went back wholly is not counted.
    """
    rows = await work.fetch(SQL.totals_of, work.tenant_id, list(member_ids))
    return [tuple(row) for row in rows]
