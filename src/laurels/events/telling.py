"""An event as the outside sees it: TypeIDs, exact money, ids and never names."""

from dataclasses import fields
from datetime import datetime
from decimal import Decimal
from functools import cache
from typing import Annotated, Any, Literal, cast, get_args, get_origin, get_type_hints
from uuid import UUID

import orjson
from pydantic import BaseModel, Field, create_model

from laurels.kit.values.fields import IdOf, MoneyOut, trim_money
from laurels.kit.values.ids import PREFIXES, encode

from .catalogue import CATALOGUE, Event
from .stored_events import StoredEvent

_AROUND = {"occurred_at"}
"""Fields of events that stand in the envelope, not in its data."""


def id_kind(event: type[Event], field: str) -> str | None:
    """Return the kind of id that a field of an event holds, None when it holds none.

    `wallet_id` is the id of a wallet; other names say it by `Annotated[UUID, IdOf("…")]`.
    """
    hint = get_type_hints(event, include_extras=True)[field]
    if get_origin(hint) is Annotated:
        marks = [mark for mark in get_args(hint)[1:] if isinstance(mark, IdOf)]
        if marks:
            return marks[0].kind
    if UUID not in (hint, *get_args(hint)):
        return None
    kind = field.removesuffix("_id")
    assert kind in PREFIXES, f"{event.name}.{field}: say of what it is the id, by IdOf"
    return kind


@cache
def _shape(name: str) -> dict[str, str]:
    """Return how the fields of an event are told: a kind of id, `money` or `plain`."""
    event = CATALOGUE[name]
    hints = get_type_hints(event)
    return {
        field.name: id_kind(event, field.name)
        or ("money" if hints[field.name] is Decimal else "plain")
        for field in fields(event)
        if field.name not in _AROUND
    }


def told(event: StoredEvent, tenant_id: UUID) -> dict[str, Any]:
    """Return the event as it is sent to webhooks and streams and answered by the API."""
    payload = {**event.payload, "member_id": event.member_id}
    shape = _shape(event.type) if event.type in CATALOGUE else dict.fromkeys(payload, "plain")
    return {
        "id": encode("event", event.id),
        "type": event.type,
        "timestamp": event.occurred_at,
        "tenant_id": encode("tenant", tenant_id),
        "position": event.position,
        "member_position": event.member_seq,
        "data": {field: _told(payload.get(field), how) for field, how in shape.items()},
    }


def _told(value: Any, how: str) -> Any:
    if value is None or how == "plain":
        return value
    if how == "money":
        return trim_money(Decimal(value))
    if isinstance(value, list):
        return [_told(item, how) for item in cast("list[Any]", value)]
    return encode(how, value if isinstance(value, UUID) else UUID(value))


def as_json(event: StoredEvent, tenant_id: UUID) -> bytes:
    """Return the event as the bytes that are sent and signed."""
    return orjson.dumps(told(event, tenant_id), option=orjson.OPT_UTC_Z)


# -- the same for people: schemas of OpenAPI -----------------------------------------------------


class Told(BaseModel):
    """Something that happened, as it is told outside."""

    id: Annotated[UUID, IdOf("event")] = Field(
        description="The same in every delivery of the event, so that you can recognise repeats."
    )
    type: str = Field(description="What happened.")
    timestamp: datetime = Field(description="When it happened.")
    tenant_id: Annotated[UUID, IdOf("tenant")] = Field(description="The tenant it happened in.")
    position: int = Field(description="Place in the tenant's stream, without gaps.")
    member_position: int | None = Field(
        description="Place in the order of its member's events, from 1; null: it is about no"
        " member."
    )


_WORDS = {
    "amount": "How much money, in `currency`.",
    "balance_after": "Balance of the wallet after it.",
    "codes_left": "Codes that are not assigned yet.",
    "currency": "ISO 4217 code, such as `USD`.",
    "expires_at": "Until when; null: for good.",
    "events": "How many events of each type it stands for.",
    "external_id": "Your own id; null when none was given.",
    "fields": "Names of the fields that changed, never their values.",
    "from_level": "Level of the tier before; null: there was none.",
    "from_tier_id": "The tier before; null: there was none.",
    "kind": "What was done, such as `review`.",
    "level": "Level of the tier; null: there is none.",
    "member_id": "The member it is about; null: none.",
    "member_ids": "The members it is about; more than 2,000 are told in several events.",
    "points": "How many points it moves; negative if points were taken.",
    "points_paid": "How many points a part of it was paid with.",
    "points_returned": "How many of the points came back that it was paid with.",
    "purchase_id": "The purchase; null: none recorded in Laurels.",
    "quantity": "How many pieces.",
    "reason": "The reason, as a code.",
    "source": "What caused it, such as `purchase`.",
    "state": "Initial state of the redemption.",
    "status": "Its new status.",
    "tier_id": "The tier; null: there is none.",
    "type": "Its type, as the API names it.",
}
"""What fields of events mean; ids say of what they are."""


@cache
def form_of(event: type[Event]) -> type[BaseModel]:
    """Return the model of what is told of this event, for the OpenAPI document."""
    hints = get_type_hints(event, include_extras=True)
    data: dict[str, Any] = {}
    for name, how in _shape(event.name).items():
        hint: Any = hints[name]
        # `Annotated[UUID | None, …]` says it inside, `UUID | None` outside.
        bare = get_args(hint)[0] if get_origin(hint) is Annotated else hint
        optional = type(None) in get_args(bare)
        if how == "money":
            hint = MoneyOut
        elif how != "plain":
            many = get_origin(bare) is list
            hint = Annotated[UUID, IdOf(how)]
            hint = list[hint] if many else hint | None if optional else hint
        data[name] = (hint, Field(description=_WORDS[name]) if name in _WORDS else ...)
    inner = create_model(f"{event.__name__}Data", __doc__=event.__doc__, **data)
    told_fields: dict[str, Any] = {
        "type": (Literal[event.name], Field(description="What happened.")),
        "data": (inner, Field(description="The event's data: ids, never names or addresses.")),
    }
    return create_model(event.__name__, __base__=Told, __doc__=event.__doc__, **told_fields)
