"""Pure: whether a member can have a reward, and if not, why not and what is missing.

Values in, verdict out. What a member is shown and what a redemption is refused for come from the
same function, so they never say two things.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from laurels.kit.errors import AppError
from laurels.kit.values.ids import encode
from laurels.ledger import BelowMinimum, InsufficientPoints
from laurels.tenants import LoyaltyOff

from .errors import (
    MemberLimitReached,
    OutOfStock,
    RewardArchived,
    RewardEnded,
    RewardLimitReached,
    RewardNotOpen,
    RewardPaused,
    RewardsOff,
    SegmentRequired,
    TierNotAllowed,
    TierTooLow,
    TooManyPending,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Offer:
    """What a reward asks of whoever wants it, and how much of it is left."""

    cost_points: int
    active: bool = True
    archived: bool = False
    starts_at: datetime | None = None
    ends_at: datetime | None = None
    min_tier_level: int | None = None
    tier_ids: frozenset[UUID] = frozenset()
    segment_ids: frozenset[UUID] = frozenset()
    stock: int | None = None
    codes_left: int | None = None
    """Codes of its pool that nobody has; None for a reward without a pool."""
    redemptions: int = 0
    max_redemptions_total: int | None = None
    max_redemptions_per_member: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Asker:
    """What is known of the member who asks, and of the programme at this moment."""

    now: datetime
    available: int
    trouble: AppError | None = None
    """Why this member has nothing any more: blocked, archived, merged or erased."""
    loyalty: bool = True
    enabled: bool = True
    minimum_points: int = 0
    had: int = 0
    pending: int = 0
    max_pending: int = 100
    tier_level: int | None = None
    tier_id: UUID | None = None
    segment_ids: frozenset[UUID] = frozenset()


@dataclass(frozen=True, slots=True)
class Reason:
    """One thing that stands in the way: the error it is refused with, and what is missing."""

    kind: type[AppError]
    place: str
    words: str | None = None
    missing: dict[str, Any] = field(default_factory=dict[str, Any])

    @property
    def code(self) -> str:
        """The stable name of what stands in the way."""
        return self.kind.code

    def error(self, **more: Any) -> AppError:
        """Return it as a refusal, which tells more where that is given."""
        return self.kind(self.words, field=self.place, **self.missing, **more)


def judge(
    offer: Offer, asker: Asker, quantity: int = 1, *, gift: bool = False
) -> tuple[Reason, ...]:
    """Return all that stands in the way, in the order in which it is refused; nothing: have it.

    A gift asks neither for points nor for what the member is; what is not there cannot be given.
    """
    if gift:
        return (*_programme(offer, asker), *_left(offer, quantity))
    return (
        *_programme(offer, asker),
        *_standing(offer, asker),
        *_limits(offer, asker, quantity),
        *_points(offer, asker, quantity),
    )


def hindrances(offer: Offer, quantity: int, now: datetime) -> tuple[Reason, ...]:
    """Return why nobody can have so many of it now, whoever asks."""
    return (*_offered(offer, now), *_left(offer, quantity))


def most(offer: Offer, asker: Asker) -> int | None:
    """Return how many more this member could have, points aside; None: as many as they like."""
    if asker.pending >= asker.max_pending:
        return 0
    bounds = [offer.stock, offer.codes_left]
    if offer.max_redemptions_total is not None:
        bounds.append(offer.max_redemptions_total - offer.redemptions)
    if offer.max_redemptions_per_member is not None:
        bounds.append(offer.max_redemptions_per_member - asker.had)
    known = [bound for bound in bounds if bound is not None]
    return max(min(known), 0) if known else None


def _programme(offer: Offer, asker: Asker) -> Iterator[Reason]:
    if asker.trouble is not None:
        trouble = asker.trouble
        yield Reason(type(trouble), "member_id", trouble.message, trouble.details)
    if not asker.loyalty:
        yield Reason(LoyaltyOff, "reward_id")
    if not asker.enabled:
        yield Reason(RewardsOff, "reward_id")
    yield from _offered(offer, asker.now)


def _offered(offer: Offer, now: datetime) -> Iterator[Reason]:
    if offer.archived:
        yield Reason(RewardArchived, "reward_id")
    if not offer.active:
        yield Reason(RewardPaused, "reward_id")
    if offer.starts_at is not None and now < offer.starts_at:
        words = f"The reward can be redeemed from {offer.starts_at.isoformat()}."
        missing = {"opens_at": offer.starts_at.isoformat()}
        yield Reason(RewardNotOpen, "reward_id", words, missing)
    if offer.ends_at is not None and now >= offer.ends_at:
        missing = {"ended_at": offer.ends_at.isoformat()}
        yield Reason(RewardEnded, "reward_id", missing=missing)


def _standing(offer: Offer, asker: Asker) -> Iterator[Reason]:
    level = asker.tier_level or 0
    if offer.min_tier_level is not None and level < offer.min_tier_level:
        words = f"The reward requires tier level {offer.min_tier_level}; the member has {level}."
        missing = {"tier_level": level, "tier_level_needed": offer.min_tier_level}
        yield Reason(TierTooLow, "member_id", words, missing)
    if offer.tier_ids and asker.tier_id not in offer.tier_ids:
        needed = [encode("tier", tier_id) for tier_id in sorted(offer.tier_ids)]
        yield Reason(TierNotAllowed, "member_id", missing={"tiers_needed": needed})
    if offer.segment_ids and not offer.segment_ids & asker.segment_ids:
        needed = [encode("segment", segment_id) for segment_id in sorted(offer.segment_ids)]
        yield Reason(SegmentRequired, "member_id", missing={"segments_needed": needed})


def _limits(offer: Offer, asker: Asker, quantity: int) -> Iterator[Reason]:
    if offer.max_redemptions_per_member is not None:
        left = max(offer.max_redemptions_per_member - asker.had, 0)
        if quantity > left:
            limit = offer.max_redemptions_per_member
            words = f"The limit is {limit} per member: {asker.had} used, {quantity} asked for."
            missing = {"limit": limit, "had": asker.had, "left": left}
            yield Reason(MemberLimitReached, "quantity", words, missing)
    yield from _left(offer, quantity)
    if asker.pending >= asker.max_pending:
        missing = {"pending": asker.pending, "limit": asker.max_pending}
        yield Reason(TooManyPending, "member_id", missing=missing)


def _left(offer: Offer, quantity: int) -> Iterator[Reason]:
    if offer.max_redemptions_total is not None:
        left = max(offer.max_redemptions_total - offer.redemptions, 0)
        if quantity > left:
            missing = {"limit": offer.max_redemptions_total, "left": left}
            yield Reason(RewardLimitReached, "quantity", _words(left, quantity), missing)
    for left in (offer.stock, offer.codes_left):
        if left is not None and quantity > left:
            yield Reason(OutOfStock, "quantity", _words(left, quantity), {"left": left})
            break


def _words(left: int, quantity: int) -> str | None:
    return f"{left} are left; you asked for {quantity}." if left else None


def _points(offer: Offer, asker: Asker, quantity: int) -> Iterator[Reason]:
    cost = offer.cost_points * quantity
    if cost < asker.minimum_points:
        words = (
            f"A redemption must cost at least {asker.minimum_points} points; this one costs {cost}."
        )
        missing = {"minimum": asker.minimum_points, "missing": asker.minimum_points - cost}
        yield Reason(BelowMinimum, "quantity", words, missing)
    if cost > asker.available:
        words = f"It costs {cost} points; {asker.available} are available."
        missing = {"available": asker.available, "asked": cost, "missing": cost - asker.available}
        yield Reason(InsufficientPoints, "member_id", words, missing)
