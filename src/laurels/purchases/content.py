"""What was said of a purchase: a digest that tells a repeat from a change, and what differs."""

import hashlib
from decimal import ROUND_HALF_UP, Context, Decimal
from typing import Any

import orjson

from laurels.kit.values.money import scale

from .reported import NewPurchase

_WIDE = Context(prec=60, rounding=ROUND_HALF_UP)
"""Digits enough for the product of any quantity and price."""
VERSION = b"\x03"
"""First byte of every digest. Change it when `said_of` tells more or otherwise: repeats of what was
recorded before are then compared field by field with the row."""


def said_of(purchase: NewPurchase) -> dict[str, Any]:
    """Return what was said of a purchase by the names of the API, its status excepted."""
    buyer = purchase.named_id or purchase.buyer_id
    return {
        "member": None if buyer is None else str(buyer),
        "amount": _digits(purchase.amount),
        "tax_amount": _digits(purchase.tax_amount),
        "occurred_at": None if purchase.occurred_at is None else purchase.occurred_at.isoformat(),
        "channel": purchase.channel,
        "payment_method": purchase.payment_method,
        "note": purchase.note,
        "attributes": purchase.attributes,
        "lines": [
            {
                "sku": line.sku,
                "name": line.name,
                "category": line.category,
                "quantity": _digits(line.quantity),
                "unit_price": _digits(line.unit_price),
                "amount": _digits(line.amount),
                "tax_amount": _digits(line.tax_amount),
                "attributes": line.attributes,
            }
            for line in purchase.lines
        ],
        "payments": [
            {
                "points": payment.points,
                "hold_id": None if payment.own_hold else payment.hold_id,
                "program_id": payment.program_id,
            }
            for payment in purchase.payments
        ],
    }


def content_of(purchase: NewPurchase) -> bytes:
    """Return the digest of what was said of a purchase, after a byte for the way it is told."""
    content = orjson.dumps(said_of(purchase), default=str, option=orjson.OPT_SORT_KEYS)
    return VERSION + hashlib.sha256(content).digest()[:16]


def differing(purchase: NewPurchase, before: NewPurchase) -> list[str]:
    """Return the fields in which a purchase differs from what is recorded, as the API names them.

    A moment that is not sent means the one that is recorded.
    """
    now, then = said_of(purchase), said_of(before)
    fields: list[str] = []
    for name, value in now.items():
        if _plain(value) == _plain(then[name]) or (name == "occurred_at" and value is None):
            continue
        if name == "lines" and len(value) == len(then[name]):
            fields += _differing_lines(value, then[name])
        elif name == "payments" and len(value) == len(then[name]):
            fields += _differing_payments(value, then[name])
        elif name == "member":
            fields.append("member_id" if purchase.member_id is not None else "member")
        else:
            fields.append(name)
    return fields


def _differing_lines(now: list[dict[str, Any]], then: list[dict[str, Any]]) -> list[str]:
    return [
        f"lines.{place}.{name}"
        for place, (line, before) in enumerate(zip(now, then, strict=True))
        for name, value in line.items()
        if _plain(value) != _plain(before[name])
    ]


def _differing_payments(now: list[dict[str, Any]], then: list[dict[str, Any]]) -> list[str]:
    """Return what differs; what is not sent (all of a hold, its program) is what was recorded."""
    return [
        f"payments.{place}.{name}"
        for place, (payment, before) in enumerate(zip(now, then, strict=True))
        for name, value in payment.items()
        if value != before[name] and not (value is None and name != "hold_id")
    ]


def _plain(value: Any) -> bytes:
    # As it is kept: what JSON cannot tell apart is the same.
    return orjson.dumps(value, default=str, option=orjson.OPT_SORT_KEYS)


def _digits(number: Decimal | None) -> str | None:
    return None if number is None else f"{number.normalize():f}"


def amount_of_line(quantity: Decimal, unit_price: Decimal, currency: str) -> Decimal:
    """Return what so many cost, rounded half up to the smallest coin: 0.345 x 12.99 is 4.48."""
    coin = Decimal(1).scaleb(-scale(currency))
    return _WIDE.quantize(_WIDE.multiply(quantity, unit_price), coin)
