"""Providers: whoever delivers rewards from outside, such as a shop that makes discount codes.

A room above registers one by name; a reward says `provider:<name>` as its fulfilment.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol
from uuid import UUID

from laurels.kit.db.pool import Database
from laurels.kit.values.text import check_key

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
