"""Providers: whoever delivers rewards from outside, such as a shop that makes discount codes.

A room upstairs registers one by name; a reward says `provider:<name>` as its fulfilment. A
redemption of such a reward is a message in the outbound queue, on the channel of that name.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, ClassVar, Protocol, cast
from uuid import UUID

from laurels import outbound, tenants
from laurels.kit.db.pool import Database
from laurels.kit.values.ids import encode
from laurels.kit.values.text import check_key
from laurels.kit.work import Work

from . import ending, queries
from .errors import CodeTaken, RedemptionMoved
from .values import valid_until

MAX_CODE = 128


@dataclass(frozen=True, slots=True)
class Order:
    """What a provider is to deliver. `reference` is the same at every attempt."""

    reference: str
    tenant_id: UUID
    redemption_id: UUID
    member_id: UUID
    reward_id: UUID
    reward: Mapping[str, Any]
    quantity: int
    points: int
    valid_until: datetime | None


@dataclass(frozen=True, slots=True)
class Delivered:
    """What a provider has delivered: a code, words for staff, and until when it can be used.

    Without an end of its own it can be used until the order's `valid_until`.
    """

    code: str | None = None
    notes: str | None = None
    valid_until: datetime | None = None

    def __post_init__(self) -> None:
        if self.code is None:
            return
        if not 1 <= len(self.code) <= MAX_CODE:
            msg = f"a code has 1 to {MAX_CODE} characters"
            raise ValueError(msg)
        try:
            object.__setattr__(self, "code", check_key(self.code))
        except ValueError as error:
            msg = f"a code that {error}"
            raise ValueError(msg) from None


class Undeliverable(Exception):
    """The provider will never deliver this order; the points go back without another attempt."""


class Provider(Protocol):
    """Delivers one order. No transaction is open while it does.

    Asked again with the same reference, it returns what it delivered then and delivers nothing
    more. Raise Undeliverable when trying again is of no use; any other exception is a failed
    attempt, and the next one comes after a while.
    """

    async def __call__(self, database: Database, order: Order, /) -> Delivered:
        """Deliver it."""
        ...


_providers: dict[str, Provider] = {}
PREFIX = "provider:"


def provide(name: str, provider: Provider) -> None:
    """Rewards with the fulfilment `provider:<name>` are delivered by this provider from now on."""
    _providers[name] = provider


def withdraw(name: str) -> None:
    """Nobody delivers under this name any more; what waits for it fails in time."""
    _providers.pop(name, None)


def provider_of(fulfilment: str) -> Provider | None:
    """Return who delivers what has this fulfilment, None when nobody does."""
    return _providers.get(fulfilment.removeprefix(PREFIX))


def names() -> list[str]:
    """Return the names under which somebody delivers."""
    return sorted(_providers)


class RewardProvider(outbound.Provider):
    """Asks the provider of a redemption to deliver it, and completes or fails it by the answer."""

    name: ClassVar[str] = PREFIX.removesuffix(":")
    subject: ClassVar[str] = "redemption"

    async def prepare(
        self, work: Work, messages: Sequence[outbound.Message]
    ) -> list[outbound.Message | outbound.Outcome]:
        """Write the orders of redemptions that still wait."""
        rows = await queries.find_redemptions(work, [each.subject_id for each in messages])
        time_zone = (await tenants.current(work)).time_zone
        return [
            replace(message, content=_order(work, rows[message.subject_id], time_zone))
            if rows[message.subject_id]["state"] == "pending"
            else outbound.Stopped(error=MOVED)
            for message in messages
        ]

    async def send(self, database: Database, message: outbound.Message) -> outbound.Outcome:
        """Let the provider deliver it."""
        provider = provider_of(message.channel)
        if provider is None:
            return outbound.Retry(error=f"nobody delivers `{message.channel}`")
        try:
            delivered = cast("object", await provider(database, message.content))
        except Undeliverable as error:
            return outbound.Rejected(error=f"Undeliverable: {error}")
        if not isinstance(delivered, Delivered):
            return outbound.Retry(error=f"the provider answered {type(delivered).__name__}")
        return outbound.Sent(result=delivered)

    async def apply_outcome(
        self, work: Work, message: outbound.Message, outcome: outbound.Outcome
    ) -> outbound.Outcome:
        """What was delivered, or why it was not, is in the books, once."""
        try:
            if isinstance(outcome, outbound.Sent):
                outcome = await _complete(work, message, outcome)
            if isinstance(outcome, outbound.Retry | outbound.Rejected):
                final = isinstance(outcome, outbound.Rejected) or self.is_last(message)
                reason = outcome.error or "no reason was given"
                await ending.fail(work, message.subject_id, reason, final=final)
        except RedemptionMoved:
            return outbound.Stopped(error=MOVED)
        return outcome


MOVED = "the redemption was delivered or ended in the meantime"


async def _complete(
    work: Work, message: outbound.Message, outcome: outbound.Sent
) -> outbound.Outcome:
    delivered: Delivered = outcome.result
    if (delivered.valid_until or work.now) < work.now:
        return outbound.Rejected(error="what was delivered had already expired (`valid_until`)")
    delivery = ending.Delivery(
        code=delivered.code,
        notes=delivered.notes,
        expires_at=delivered.valid_until or message.content.valid_until,
    )
    try:
        await ending.complete(work, message.subject_id, delivery)
    except CodeTaken as error:
        return outbound.Retry(error=error.message)
    return outcome


def _order(work: Work, row: queries.Row, time_zone: str) -> Order:
    reward = row["reward"]
    return Order(
        reference=encode("redemption", row["id"]),
        tenant_id=work.tenant_id,
        redemption_id=row["id"],
        member_id=row["member_id"],
        reward_id=row["reward_id"],
        reward=reward,
        quantity=row["quantity"],
        points=row["points_spent"],
        valid_until=valid_until(work.now, reward.get("redemption_expiry_days"), time_zone),
    )


outbound.register(RewardProvider())
