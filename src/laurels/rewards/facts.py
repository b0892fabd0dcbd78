"""Gathering what decisions about rewards read, in a fixed number of statements for any number."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from laurels import ledger, members, segments, tenants, tiers
from laurels.kit.errors import AppError
from laurels.kit.work import Work

from . import queries
from .eligibility import Asker, Offer
from .settings import RewardSettings


@dataclass(slots=True)
class Facts:
    """What is known of members who ask; it changes as a batch goes on."""

    work: Work
    settings: RewardSettings
    loyalty: bool
    people: Mapping[UUID, Mapping[str, Any]]
    purses: dict[tuple[UUID, UUID | None], ledger.Purse]
    had: dict[tuple[UUID, UUID], int] = field(default_factory=dict[tuple[UUID, UUID], int])
    pending: dict[UUID, int] = field(default_factory=dict[UUID, int])
    standings: Mapping[UUID, tiers.Standing] = field(default_factory=dict[UUID, tiers.Standing])
    belongings: Mapping[UUID, frozenset[UUID]] = field(default_factory=dict[UUID, frozenset[UUID]])
    spent: dict[tuple[UUID, UUID], int] = field(default_factory=dict[tuple[UUID, UUID], int])

    def asker(self, member_id: UUID, reward: Mapping[str, Any]) -> Asker:
        """Return what is known of this member as far as this reward asks."""
        purse = self._purse(member_id, reward)
        standing = self.standings.get(member_id)
        return Asker(
            now=self.work.now,
            trouble=_trouble(self.people[member_id]),
            loyalty=self.loyalty,
            enabled=self.settings.enabled,
            available=purse.available - self.spent.get((member_id, purse.program_id), 0),
            minimum_points=purse.minimum,
            had=self.had.get((member_id, reward["id"]), 0),
            pending=self.pending.get(member_id, 0),
            max_pending=self.settings.max_pending_per_member,
            tier_level=standing.level if standing else None,
            tier_id=standing.tier_id if standing else None,
            segment_ids=self.belongings.get(member_id, frozenset()),
        )

    async def learn(self, rewards: Iterable[Mapping[str, Any]]) -> None:
        """Know where members stand and belong, if any of these rewards asks for that."""
        asked = list(rewards)
        if any(each["min_tier_level"] is not None or each["tier_ids"] for each in asked):
            self.standings = await tiers.standings(self.work, list(self.people))
        named = {segment_id for each in asked for segment_id in each["segment_ids"]}
        if named:
            found = await segments.look_up(self.work, named)
            moments = dict.fromkeys(self.people, self.work.now)
            belongings = await found.of(self.work, moments)
            self.belongings = {who: frozenset(ids) for who, ids in belongings.items()}

    def take(self, member_id: UUID, reward: dict[str, Any], quantity: int, *, waits: bool) -> None:
        """Count what a member has had now, so that the next one who asks finds less."""
        place = (member_id, self._purse(member_id, reward).program_id)
        points = reward["cost_points"] * quantity
        self.spent[place] = self.spent.get(place, 0) + points
        self.had[member_id, reward["id"]] = self.had.get((member_id, reward["id"]), 0) + quantity
        self.pending[member_id] = self.pending.get(member_id, 0) + waits
        reward["redemptions"] += quantity
        if reward["stock"] is not None:
            reward["stock"] -= quantity
        if reward["fulfilment"] == "pool":
            reward["codes_left"] -= quantity

    def _purse(self, member_id: UUID, reward: Mapping[str, Any]) -> ledger.Purse:
        purse = self.purses.get((member_id, reward["program_id"]))
        if purse is None:
            msg = "This tenant has no default program. Create the tenant with a preset."
            raise ledger.ProgramNotFound(msg)
        return purse


def _trouble(person: Mapping[str, Any]) -> AppError | None:
    try:
        members.require_active(dict(person))
    except AppError as error:
        return error
    return None


async def gather(work: Work, people: Mapping[UUID, Mapping[str, Any]]) -> Facts:
    """Return what is known of these members."""
    member_ids = list(people)
    facts = Facts(
        work,
        await tenants.read(work, RewardSettings),
        await tenants.loyalty_enabled(work),
        people,
        await ledger.spendable(work, member_ids),
    )
    for member_id, reward_id, units, pending in await queries.had(work, member_ids):
        facts.had[member_id, reward_id] = units
        facts.pending[member_id] = facts.pending.get(member_id, 0) + pending
    return facts


def offer_of(reward: Mapping[str, Any]) -> Offer:
    """Return what a reward asks."""
    return Offer(
        cost_points=reward["cost_points"],
        active=reward["active"],
        archived=reward["archived_at"] is not None,
        min_tier_level=reward["min_tier_level"],
        tier_ids=frozenset(reward["tier_ids"]),
        segment_ids=frozenset(reward["segment_ids"]),
        starts_at=reward["starts_at"],
        ends_at=reward["ends_at"],
        stock=reward["stock"],
        codes_left=reward["codes_left"] if reward["fulfilment"] == "pool" else None,
        redemptions=reward["redemptions"],
        max_redemptions_total=reward["max_redemptions_total"],
        max_redemptions_per_member=reward["max_redemptions_per_member"],
    )
