"""Recording purchases, set-based and idempotent on (source, external id)."""

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from functools import partial
from typing import Any
from uuid import UUID

import asyncpg
import orjson

from laurels.kit.errors import AppError
from laurels.kit.ids import new_id
from laurels.kit.money import check_amount
from laurels.kit.time import check_occurred_at
from laurels.kit.work import Along, Work, sparse, uniform

from . import queries
from .errors import CurrencyNotTraded, PurchaseAltered, PurchaseInvalid


@dataclass(slots=True, kw_only=True)
class Line:
    """One position of a purchase; money in the purchase's currency."""

    quantity: Decimal
    unit_price: Decimal
    amount: Decimal
    sku: str | None = None
    name: str | None = None
    category: str | None = None
    attributes: dict[str, Any] = field(default_factory=dict[str, Any])


@dataclass(slots=True, kw_only=True)
class NewPurchase:
    """A purchase as somebody reports it. `member` is the external id, `member_id` ours.

    `buyer_id` is whom these turned out to mean; settlement finds that out, None is a guest.
    `named_id` is who was named, where that member was merged into the buyer since; `barred` says
    that the buyer earns nothing at present.
    """

    amount: Decimal
    currency: str
    source: str = "api"
    external_id: str | None = None
    member: str | None = None
    member_id: UUID | None = None
    buyer_id: UUID | None = None
    named_id: UUID | None = None
    barred: bool = False
    occurred_at: datetime | None = None
    status: str = "completed"
    lines: Sequence[Line] = ()
    channel: str | None = None
    payment_method: str | None = None
    note: str | None = None
    attributes: dict[str, Any] = field(default_factory=dict[str, Any])


@dataclass(slots=True)
class Recorded:
    """A purchase that is in the books: `status` as it stood before this batch for a repeat."""

    id: UUID
    new: bool
    status: str


def check(
    purchase: NewPurchase, currency: str, now: datetime, max_amount: Decimal | None = None
) -> None:
    """Raise CurrencyNotTraded or PurchaseInvalid, naming the field and the remedy."""
    if purchase.currency != currency:
        msg = f"`{purchase.currency[:10]}` is not traded here; this tenant's currency is {currency}"
        raise CurrencyNotTraded(msg, field="currency")
    place = "amount"
    try:
        purchase.amount = check_amount(purchase.amount, currency)
        if max_amount is not None and purchase.amount > max_amount:
            msg = f"is over this tenant's limit of {max_amount} for one purchase"
            raise ValueError(msg)
        place = "occurred_at"
        if purchase.occurred_at is not None:
            purchase.occurred_at = check_occurred_at(purchase.occurred_at, now)
        for number, line in enumerate(purchase.lines):
            place = f"lines.{number}.amount"
            line.amount = check_amount(line.amount, currency)
            place = f"lines.{number}.unit_price"
            line.unit_price = check_amount(line.unit_price, currency)
    except ValueError as error:
        raise PurchaseInvalid(str(error), field=place) from None


def content_of(purchase: NewPurchase) -> bytes:
    """Return the digest of what was said of a purchase, its status excepted."""
    said = (
        f"{purchase.named_id or purchase.buyer_id}|{purchase.amount.normalize():f}"
        f"|{purchase.occurred_at}|{purchase.channel}|{purchase.payment_method}|{purchase.note}"
    )
    if purchase.lines or purchase.attributes:
        lines = [
            (
                line.sku,
                line.name,
                line.category,
                line.attributes,
                *(f"{n.normalize():f}" for n in (line.quantity, line.unit_price, line.amount)),
            )
            for line in purchase.lines
        ]
        more = (lines, purchase.attributes)
        said += orjson.dumps(more, default=str, option=orjson.OPT_SORT_KEYS).decode()
    return hashlib.sha256(said.encode()).digest()


async def record(
    work: Work,
    purchases: Sequence[NewPurchase],
    *,
    currency: str,
    meanwhile: Callable[[Sequence[UUID]], None] | None = None,
    along: Along | None = None,
) -> list[Recorded | AppError]:
    """Each purchase is in the books, once; buyers are known by `buyer_id` by now.

    A repeat with the same content gives the purchase that is there; other content is
    PurchaseAltered. Checked before by `check`. `meanwhile` is called while the database writes,
    with the id that each purchase will have if it is new; `along` is asked if all of them are.
    """
    contents = [content_of(purchase) for purchase in purchases]
    outcomes: list[Recorded | AppError] = []
    first: dict[tuple[str, str], int] = {}
    fresh: list[int] = []
    by_sql: dict[int, UUID] = {}
    for number, purchase in enumerate(purchases):
        outcomes.append(Recorded(new_id(), new=True, status=purchase.status))
        if purchase.external_id is not None:
            key = (purchase.source, purchase.external_id)
            if first.setdefault(key, number) != number:
                continue
        fresh.append(number)
    stored: dict[int, tuple[bytes | None, UUID, str]] = {}
    for source, external_id, there, content, status in await _insert(
        work, purchases, outcomes, contents, fresh, currency, meanwhile, along
    ):
        # Sources and numbers are looked up apart from each other; a pair nobody sent is no repeat.
        number = first.get((source, external_id))
        if number is not None:
            stored[number] = (content, there, status)
            outcomes[number] = _repeat(contents[number], content, there, status)
            if content is None:
                by_sql[number] = there
    for number, purchase in enumerate(purchases):
        if purchase.external_id is not None:
            earlier = first[purchase.source, purchase.external_id]
            if earlier != number:
                before = outcomes[earlier]
                if earlier in stored:
                    outcomes[number] = _repeat(contents[number], *stored[earlier])
                    if earlier in by_sql:
                        by_sql[number] = by_sql[earlier]
                elif isinstance(before, Recorded):
                    outcomes[number] = _repeat(
                        contents[number], contents[earlier], before.id, before.status
                    )
    await _compare_with_sql(work, purchases, outcomes, contents, by_sql)
    return outcomes


def _repeat(
    content: bytes, before: bytes | None, purchase_id: UUID, status: str
) -> Recorded | AppError:
    if before is not None and bytes(before) != content:
        return PurchaseAltered(field="external_id")
    return Recorded(purchase_id, new=False, status=status)


async def _compare_with_sql(
    work: Work,
    purchases: Sequence[NewPurchase],
    outcomes: list[Recorded | AppError],
    contents: list[bytes],
    by_sql: dict[int, UUID],
) -> None:
    """A repeat of a purchase that was written by SQL, without a digest, says what its row says.

    What is sent without a moment means whatever moment the row has.
    """
    if not by_sql:
        return
    said = await as_said(work, await queries.read(work, list(by_sql.values())))
    for number, purchase_id in by_sql.items():
        there = said[purchase_id]
        if purchases[number].occurred_at is None:
            there.occurred_at = None
        if content_of(there) != contents[number]:
            outcomes[number] = PurchaseAltered(field="external_id")


async def as_said(work: Work, rows: dict[UUID, dict[str, Any]]) -> dict[UUID, NewPurchase]:
    """Return purchases that are in the books as they were reported, by id, from their rows."""
    lines = await queries.lines_of(work, list(rows))
    return {
        purchase_id: NewPurchase(
            amount=row["amount"],
            currency=row["currency"],
            source=row["source"],
            external_id=row["external_id"],
            buyer_id=row["member_id"],
            occurred_at=row["occurred_at"],
            status=row["status"],
            lines=[Line(**line) for line in lines.get(purchase_id, [])],
            channel=row["channel"],
            payment_method=row["payment_method"],
            note=row["note"],
            attributes=row["attributes"],
        )
        for purchase_id, row in rows.items()
    }


async def _insert(
    work: Work,
    purchases: Sequence[NewPurchase],
    outcomes: list[Recorded | AppError],
    contents: list[bytes],
    fresh: list[int],
    currency: str,
    meanwhile: Callable[[Sequence[UUID]], None] | None,
    along: Along | None,
) -> list[asyncpg.Record]:
    ids = [outcome.id for outcome in outcomes if isinstance(outcome, Recorded)]
    chosen = [purchases[number] for number in fresh]
    moments = [purchase.occurred_at or work.now for purchase in chosen]
    return await work.fetch(
        "select * from laurels.record_purchases($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11,"
        " $12, $13, $14, $15, $16)",
        work.tenant_id,
        [ids[number] for number in fresh],
        uniform([purchase.source for purchase in chosen]),
        sparse([purchase.external_id for purchase in chosen]),
        sparse([purchase.buyer_id for purchase in chosen]),
        uniform([purchase.status for purchase in chosen]),
        [purchase.amount for purchase in chosen],
        currency,
        sparse([purchase.channel for purchase in chosen]),
        sparse([purchase.payment_method for purchase in chosen]),
        sparse([purchase.note for purchase in chosen]),
        sparse(
            [
                orjson.dumps(purchase.attributes).decode() if purchase.attributes else None
                for purchase in chosen
            ]
        ),
        [contents[number] for number in fresh],
        moments,
        work.now,
        _lines(chosen, [ids[number] for number in fresh]),
        along=along,
        meanwhile=meanwhile and partial(meanwhile, ids),
    )


def _lines(purchases: Sequence[NewPurchase], ids: Sequence[UUID | None]) -> str | None:
    rows = [
        {
            "id": new_id(),
            "purchase_id": purchase_id,
            "position": position,
            "sku": line.sku,
            "name": line.name,
            "category": line.category,
            "quantity": str(line.quantity),
            "unit_price": str(line.unit_price),
            "amount": str(line.amount),
            "attributes": line.attributes,
        }
        for purchase, purchase_id in zip(purchases, ids, strict=True)
        for position, line in enumerate(purchase.lines, start=1)
    ]
    return orjson.dumps(rows, default=str).decode() if rows else None
