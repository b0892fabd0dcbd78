"""What earning rules can ask about: the registry of facts, and plain dicts that hold them.

Facts are one flat dict by dotted name, so that a rule reads a fact with one look-up; a name that
is absent is a fact that is missing. The lines of a purchase are a list of such dicts.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from decimal import ROUND_DOWN, Context, Decimal
from typing import Any, Final

from laurels.kit.conditions import Field, Fields, Kind

_DOWN: Final = Context(prec=60, rounding=ROUND_DOWN)
_PLACES: Final = Decimal("0.0001")
AMOUNT: Final = "purchase.amount"
NET_AMOUNT: Final = "purchase.net_amount"
COUNTED: Final = {AMOUNT: "purchase.counted_amount", NET_AMOUNT: "purchase.counted_net_amount"}
"""What rules count of what was paid where a part was paid with points: known to rules alone."""
PAID_WITH_POINTS: Final = "purchase.paid_with_points"
LINES: Final = "purchase.lines"
LINE_QUANTITY: Final = "purchase.lines.quantity"
QUANTITY: Final = "purchase.quantity"
ACTIVITY_KIND: Final = "activity.kind"
TIER: Final = "member.tier"
TIER_MULTIPLIER: Final = "member.tier_multiplier"
SEGMENTS: Final = "member.segments"
OCCURRED_AT: Final = "event.occurred_at"
LOCAL_DATE: Final = "event.local_date"
WEEKDAYS: Final = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")

FIELDS: Final = Fields(
    Field(OCCURRED_AT, Kind.DATETIME, "When it happened."),
    Field(LOCAL_DATE, Kind.DATE, "The day it happened, in the tenant's time zone."),
    Field("event.weekday", Kind.ENUM, "That day's name, in English.", choices=WEEKDAYS),
    Field("event.hour", Kind.INTEGER, "The hour it happened, 0 to 23, in that time zone."),
    Field(AMOUNT, Kind.MONEY, "What was paid, in the tenant's currency."),
    Field(NET_AMOUNT, Kind.MONEY, "The same amount less the tax in it."),
    Field("purchase.currency", Kind.TEXT, "ISO 4217 code."),
    Field(QUANTITY, Kind.NUMBER, "How many units in all lines together."),
    Field("purchase.source", Kind.TEXT, "Where it came from: api, a shop, a file."),
    Field("purchase.channel", Kind.TEXT, "Where it happened, such as online."),
    Field("purchase.payment_method", Kind.TEXT, "cash, card, mobile or other."),
    Field("purchase.attributes", Kind.ATTRIBUTES, "Free facts of the tenant.", private=True),
    Field("sku", Kind.TEXT, "Stock number of the product.", collection=LINES),
    Field("name", Kind.TEXT, "What the product is called.", collection=LINES),
    Field("category", Kind.TEXT, "Group of products.", collection=LINES),
    Field("quantity", Kind.NUMBER, "How many.", collection=LINES),
    Field("unit_price", Kind.MONEY, "Price of one.", collection=LINES),
    Field("amount", Kind.MONEY, "Price of all, after discounts.", collection=LINES),
    Field("net_amount", Kind.MONEY, "The same amount less the tax in it.", collection=LINES),
    Field("attributes", Kind.ATTRIBUTES, "Free facts of the tenant.", LINES, private=True),
    Field("activity.kind", Kind.TEXT, "Which activity: review, social_share, visit, steps."),
    Field("activity.source", Kind.TEXT, "Source that reports it: api, an app, a device."),
    Field("activity.subject", Kind.TEXT, "What it is about, such as a product.", private=True),
    Field("activity.value", Kind.NUMBER, "The number that was sent with it."),
    Field("activity.attributes", Kind.ATTRIBUTES, "Free facts of the tenant.", private=True),
    Field("member.external_id", Kind.TEXT, "The tenant's own id of the person.", private=True),
    Field("member.status", Kind.TEXT, "active; blocked or archived members earn nothing."),
    Field("member.birthday", Kind.DATE, "Day of birth.", private=True),
    Field("member.enrolled_at", Kind.DATETIME, "When they joined."),
    Field("member.attributes", Kind.ATTRIBUTES, "Free facts of the tenant.", private=True),
    Field("member.purchases", Kind.INTEGER, "Number of completed purchases, including this one."),
    Field("member.spend", Kind.MONEY, "Total of completed purchases, including this one."),
    Field(TIER, Kind.TEXT, "Name of the member's tier at the time of the event."),
    Field("member.tier_level", Kind.INTEGER, "Level of that tier; 1 is the lowest."),
    Field(TIER_MULTIPLIER, Kind.NUMBER, "Multiplier that the tier applies to earned points."),
    Field(
        "member.tier_birthday_bonus_points",
        Kind.INTEGER,
        "Points that the tier gives for a birthday.",
    ),
    Field(SEGMENTS, Kind.TEXTS, "Ids of the segments they belong to at the time of the event."),
)
"""Only what is supplied when a rule is judged: a rule over anything else could never fire."""

ROOTS: Final = {
    "purchase.completed": ("event", "member", "purchase"),
    "activity.recorded": ("event", "member", "activity"),
    "member.birthday": ("event", "member"),
    "member.enrolled": ("event", "member"),
}
"""What each trigger knows of, by the first word of a fact's name."""

NUMERIC: Final = frozenset({Kind.MONEY, Kind.NUMBER, Kind.INTEGER})
"""Kinds that points per unit can count."""


def moment_facts(occurred_at: datetime, local: datetime) -> dict[str, Any]:
    """The facts every event has: when it happened, and the same moment in the tenant's zone."""
    return {
        OCCURRED_AT: occurred_at,
        LOCAL_DATE: local.date(),
        "event.weekday": WEEKDAYS[local.weekday()],
        "event.hour": local.hour,
    }


def purchase_facts(
    *,
    amount: Decimal,
    currency: str,
    net_amount: Decimal | None = None,
    source: str | None = None,
    channel: str | None = None,
    payment_method: str | None = None,
    lines: Sequence[Mapping[str, Any]] = (),
    attributes: Mapping[str, Any] | None = None,
) -> dict[str, Any]:
    """The facts of a purchase: where no net amount is given there is no tax."""
    counted = [line["quantity"] for line in lines if line.get("quantity")]
    return {
        AMOUNT: amount,
        NET_AMOUNT: amount if net_amount is None else net_amount,
        "purchase.currency": currency,
        QUANTITY: sum(counted, Decimal(0)) if lines else None,
        "purchase.source": source,
        "purchase.channel": channel,
        "purchase.payment_method": payment_method,
        LINES: lines,
        "purchase.attributes": attributes,
    }


def without_points(facts: Mapping[str, Any], value: Decimal) -> dict[str, Any]:
    """The facts that let rules count only what was not paid with points worth this much.

    Conditions still see all that was paid. Of what is net of tax it is the same part.
    """
    amount, net = facts[AMOUNT], facts[NET_AMOUNT]
    left = amount - value
    part = _DOWN.quantize(_DOWN.divide(_DOWN.multiply(net, left), amount), _PLACES)
    return {PAID_WITH_POINTS: value, COUNTED[AMOUNT]: left, COUNTED[NET_AMOUNT]: part}


def activity_facts(
    *,
    kind: str,
    source: str | None = None,
    subject: str | None = None,
    value: Decimal | None = None,
    attributes: Mapping[str, Any] | None = None,
) -> dict[str, Any]:
    """The facts of an activity."""
    return {
        ACTIVITY_KIND: kind,
        "activity.source": source,
        "activity.subject": subject,
        "activity.value": value,
        "activity.attributes": attributes,
    }


def member_facts(**known: Any) -> dict[str, Any]:
    """The facts of a member by their short names; only those that the rules need have to be given.

    Raises KeyError for a name that no field has.
    """
    facts: dict[str, Any] = {}
    for short, value in known.items():
        name = f"member.{short}"
        if name not in _MEMBER:
            raise KeyError(name)
        facts[name] = value
    return facts


_MEMBER: Final = frozenset(field.name for field in FIELDS if field.name.startswith("member."))
