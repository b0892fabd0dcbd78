"""Recording purchases, set-based and idempotent on (source, external id)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

import asyncpg
import orjson

from laurels.kit.db.sql import statements
from laurels.kit.errors import AppError, altered, refused
from laurels.kit.values.ids import new_id
from laurels.kit.values.money import MAX_AMOUNT, check_amount, format_amount
from laurels.kit.values.time import check_occurred_at
from laurels.kit.work import Work, sparse, uniform

from . import queries
from .content import content_of, differing
from .errors import CurrencyNotTraded, PurchaseAltered, PurchaseInvalid
from .payments import check_payments, payments_of_rows
from .reported import Line, NewPurchase

SQL = statements(__name__)

PRICE_PLACES = 4
"""Decimal places that the price of one may have: a litre costs 1.899, a screw 0.0125."""


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
        msg = (
            f"`{purchase.currency[:10]}` is not this tenant's currency; send amounts in {currency}"
        )
        raise CurrencyNotTraded(msg, field="currency")
    place = "amount"
    try:
        sign = -1 if purchase.amount < 0 else 1
        purchase.amount = sign * check_amount(abs(purchase.amount), currency)
        if max_amount is not None and abs(purchase.amount) > max_amount:
            most = format_amount(max_amount, currency)
            msg = f"exceeds this tenant's limit of {most} per purchase"
            raise ValueError(msg)
        place = "tax_amount"
        purchase.tax_amount = _checked_tax(purchase.tax_amount, purchase.amount, currency)
        place = "occurred_at"
        if purchase.occurred_at is not None:
            purchase.occurred_at = check_occurred_at(purchase.occurred_at, now)
        place = "payments"
        check_payments(purchase)
        for number, line in enumerate(purchase.lines):
            place = f"lines.{number}.amount"
            line.amount = _checked_line(line, currency)
            place = f"lines.{number}.tax_amount"
            line.tax_amount = _checked_tax(line.tax_amount, line.amount, currency)
            place = f"lines.{number}.unit_price"
            line.unit_price = _checked_price(line.unit_price)
    except ValueError as error:
        raise refused(PurchaseInvalid, place, str(error)) from None


def _checked_line(line: Line, currency: str) -> Decimal:
    """Return the amount of a line; one that was brought back has a negative one."""
    if line.quantity > 0:
        return check_amount(line.amount, currency)
    if line.amount > 0:
        msg = "is positive, but the quantity is negative; send a negative amount for returned goods"
        raise ValueError(msg)
    return -check_amount(-line.amount, currency)


def _checked_tax(tax: Decimal | None, amount: Decimal, currency: str) -> Decimal | None:
    """Return the tax in an amount, which has its sign and is no more than that."""
    if tax is None:
        return None
    if tax * amount < 0:
        msg = "must have the same sign as the amount that contains it"
        raise ValueError(msg)
    checked = check_amount(abs(tax), currency)
    if checked > abs(amount):
        msg = f"exceeds the amount that contains it, {format_amount(amount, currency)}"
        raise ValueError(msg)
    return checked.copy_sign(tax) if checked else checked


def _checked_price(price: Decimal) -> Decimal:
    if not 0 <= price <= MAX_AMOUNT:
        msg = f"is not between 0 and {MAX_AMOUNT}"
        raise ValueError(msg)
    if price != round(price, PRICE_PLACES):
        msg = f"has more than {PRICE_PLACES} decimal places; round it"
        raise ValueError(msg)
    return price


async def record(
    work: Work, purchases: Sequence[NewPurchase], *, currency: str
) -> list[Recorded | AppError]:
    """Each purchase is in the books, once; buyers are known by `buyer_id` by now.

    A repeat with the same content gives the purchase that is there; other content is
    PurchaseAltered. Checked before by `check`.
    """
    contents = [content_of(purchase) for purchase in purchases]
    outcomes: list[Recorded | AppError] = []
    first: dict[tuple[str, str], int] = {}
    fresh: list[int] = []
    for number, purchase in enumerate(purchases):
        outcomes.append(Recorded(new_id(), new=True, status=purchase.status))
        if purchase.external_id is not None:
            key = (purchase.source, purchase.external_id)
            if first.setdefault(key, number) != number:
                continue
        fresh.append(number)
    stored: dict[int, tuple[bytes | None, UUID, str]] = {}
    for source, external_id, there, content, status in await _insert(
        work, purchases, outcomes, contents, fresh, currency
    ):
        # Sources and numbers are looked up apart from each other; a pair nobody sent is no repeat.
        number = first.get((source, external_id))
        if number is not None:
            stored[number] = (content, there, status)
    other: dict[int, UUID] = {}
    for number, purchase in enumerate(purchases):
        if purchase.external_id is None:
            continue
        earlier = first[purchase.source, purchase.external_id]
        if earlier in stored:
            content, there, status = stored[earlier]
            outcomes[number] = Recorded(there, new=False, status=status)
            if content is None or bytes(content) != contents[number]:
                other[number] = there
        elif earlier != number:
            outcomes[number] = _repeat_in_batch(purchase, purchases[earlier], outcomes[earlier])
    await _compare(work, purchases, outcomes, other)
    return outcomes


def _repeat_in_batch(
    purchase: NewPurchase, before: NewPurchase, recorded: Recorded | AppError
) -> Recorded | AppError:
    if fields := differing(purchase, before):
        return altered(PurchaseAltered, fields)
    assert isinstance(recorded, Recorded), "the first of a key is recorded before it is compared"
    return Recorded(recorded.id, new=False, status=recorded.status)


async def _compare(
    work: Work,
    purchases: Sequence[NewPurchase],
    outcomes: list[Recorded | AppError],
    other: dict[int, UUID],
) -> None:
    """What is not told as it was first told may still say what the row says by now: a repeat.

    That is so for rows written by SQL, those that were changed while they were pending, and those
    whose digest is of another version.
    """
    if not other:
        return
    reported = await as_reported(work, await queries.read(work, list(other.values())))
    for number, purchase_id in other.items():
        if fields := differing(purchases[number], reported[purchase_id]):
            outcomes[number] = altered(PurchaseAltered, fields)


async def as_reported(work: Work, rows: dict[UUID, dict[str, Any]]) -> dict[UUID, NewPurchase]:
    """Return purchases that are in the books as they were reported, by id, from their rows."""
    lines = await queries.lines_of(work, list(rows))
    paid = await payments_of_rows(work, rows)
    return {
        purchase_id: NewPurchase(
            amount=row["amount"],
            currency=row["currency"],
            tax_amount=row["tax_amount"],
            source=row["source"],
            external_id=row["external_id"],
            buyer_id=row["member_id"],
            named_id=row["original_member_id"],
            occurred_at=row["occurred_at"],
            status=row["status"],
            lines=[Line(**line) for line in lines.get(purchase_id, [])],
            payments=paid.get(purchase_id, []),
            channel=row["channel"],
            payment_method=row["payment_method"],
            note=row["note"],
            attributes=row["attributes"],
        )
        for purchase_id, row in rows.items()
    }


async def rewrite(work: Work, purchase_id: UUID, purchase: NewPurchase, *, lines: bool) -> None:
    """A pending purchase says this from now on; the caller holds it locked and checked it.

    The digest stays that of the first report: whoever repeats it means this purchase, as does
    whoever says what it says now. It has no payments with points until they are booked anew.
    """
    await work.fetch(
        SQL.rewrite,
        work.tenant_id,
        purchase_id,
        purchase.amount,
        purchase.buyer_id,
        purchase.occurred_at,
        purchase.channel,
        purchase.payment_method,
        purchase.note,
        orjson.dumps(purchase.attributes).decode(),
        purchase.tax_amount,
    )
    await work.fetch("select laurels.drop_pending_payments($1, $2)", work.tenant_id, purchase_id)
    if not lines:
        return
    await work.fetch("select laurels.drop_pending_lines($1, $2)", work.tenant_id, purchase_id)
    if rows := _lines([purchase], [purchase_id]):
        await work.fetch(SQL.add_lines, work.tenant_id, rows)


async def _insert(
    work: Work,
    purchases: Sequence[NewPurchase],
    outcomes: list[Recorded | AppError],
    contents: list[bytes],
    fresh: list[int],
    currency: str,
) -> list[asyncpg.Record]:
    ids = [outcome.id for outcome in outcomes if isinstance(outcome, Recorded)]
    chosen = [purchases[number] for number in fresh]
    moments = [purchase.occurred_at or work.now for purchase in chosen]
    return await work.fetch(
        SQL.record_purchases,
        work.tenant_id,
        [ids[number] for number in fresh],
        uniform([purchase.source for purchase in chosen]),
        sparse([purchase.external_id for purchase in chosen]),
        sparse([purchase.buyer_id for purchase in chosen]),
        uniform([purchase.status for purchase in chosen]),
        [purchase.amount for purchase in chosen],
        _said([purchase.tax_amount for purchase in chosen]),
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
    )


def _said(taxes: list[Decimal | None]) -> list[Decimal | None] | None:
    # Not `sparse`, for which a tax of zero is no different from one that nobody told.
    return taxes if any(tax is not None for tax in taxes) else None


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
            "tax_amount": None if line.tax_amount is None else str(line.tax_amount),
            "attributes": line.attributes,
        }
        for purchase, purchase_id in zip(purchases, ids, strict=True)
        for position, line in enumerate(purchase.lines, start=1)
    ]
    return orjson.dumps(rows, default=str).decode() if rows else None
