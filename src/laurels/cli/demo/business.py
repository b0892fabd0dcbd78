"""What is known of a made-up business before its half year begins."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from .trading import Market

Words = Mapping[str, Any]
OWNER = "owner@demo.example"
"""Who may sign in to each of them; on the staff once everything else is there."""
FEATURED = "C1001"
"""A regular of the café whose story is shown; regulars come first."""


@dataclass(frozen=True, slots=True)
class RuleStep:
    """What happens to an earning rule on a day: it comes, changes, is paused or archived.

    `content` is a rule as the API takes it, its `name` says which; `starts` and `ends` are days.
    """

    day: int
    content: Words
    status: str = "active"
    starts: int | None = None
    ends: int | None = None


@dataclass(frozen=True, slots=True)
class Offer:
    """A reward as the API takes it, the day on which it comes, codes for its pool, its end."""

    day: int
    content: Words
    codes: int = 0
    ends: int | None = None
    paused: int | None = None
    archived: int | None = None
    restocked: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Business:
    """A tenant that is made up."""

    slug: str
    name: str
    preset: str
    currency: str
    time_zone: str
    seed: int
    members: int
    pace: float
    """How often people come by; 1: as to a café."""
    prefix: str
    market: Market
    program: Words
    settings: Mapping[str, Words]
    ladder: Sequence[Words]
    rules: Sequence[RuleStep]
    rewards: Sequence[Offer]
    segments: Sequence[Words]
    lists: Sequence[Words]
