"""Redeeming: members take rewards and pay for them, in one transaction, many at once.

Locks are taken in one order: members, rewards, wallets. A reward is held from the first look at
what is left of it to the commit, so the last one has one buyer and nobody waits in a circle.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any
from uuid import UUID

import asyncpg
import orjson

from laurels import audit, ledger, members, outbound, tenants, tiers
from laurels.events import emit
from laurels.events.catalogue import Event
from laurels.events.catalogue.rewards import RedemptionCompleted, RewardRedeemed, VouchersNearlyUsed
from laurels.kit.db.sql import statements
from laurels.kit.errors import AppError, altered
from laurels.kit.values.fields import trim_money
from laurels.kit.values.ids import encode, new_id
from laurels.kit.work import Actor, Work

from . import ending, queries
from .codes import fresh_code
from .eligibility import judge
from .errors import QuantityNotAllowed, RedemptionAltered, RewardNotFound
from .facts import Facts, gather, offer_of
from .providers import PREFIX
from .settings import RewardSettings
from .values import AT_ONCE, valid_until, worth_of

SQL = statements(__name__)

SNAPSHOT = tuple(
    """
    name description type value cost_points min_order_value fulfilment redemption_expiry_days
    category terms image_url
    """.split()
)
"""What is kept of the reward as it was."""


@dataclass(slots=True, kw_only=True)
class NewRedemption:
    """A member wants a reward. `member` is the tenant's own id of them, `member_id` ours.

    `by`: who asks for it, where that is not whose work it is. `gift`: it costs nothing, and the
    member need not qualify for it.
    """

    reward_id: UUID
    member_id: UUID | None = None
    member: str | None = None
    quantity: int = 1
    source: str = "api"
    external_id: str | None = None
    notes: str | None = None
    attributes: dict[str, Any] = field(default_factory=dict[str, Any])
    by: Actor | None = None
    gift: bool = False


@dataclass(frozen=True, slots=True)
class Redeemed:
    """A redemption in the books; `new` says that it was not there before."""

    id: UUID
    new: bool


Outcome = Redeemed | AppError


class Overtaken(Exception):
    """Somebody spent points between the look and the lock; what was decided on them is void."""


@dataclass(slots=True)
class _Plan:
    """A redemption that may be had: everything but the points is decided."""

    item: NewRedemption
    member_id: UUID
    reward: dict[str, Any]
    id: UUID = field(default_factory=new_id)
    code: str | None = None
    transaction_id: UUID | None = None

    @property
    def points(self) -> int:
        return 0 if self.item.gift else self.reward["cost_points"] * self.item.quantity

    @property
    def delivered(self) -> bool:
        return self.reward["fulfilment"] in AT_ONCE


async def redeem(
    work: Work,
    *,
    member_id: UUID,
    reward_id: UUID,
    quantity: int = 1,
    source: str = "api",
    external_id: str | None = None,
    notes: str | None = None,
) -> Redeemed:
    """The member has the reward and has paid for it. Raise what stands in the way."""
    (outcome,) = await redeem_many(
        work,
        [
            NewRedemption(
                member_id=member_id,
                reward_id=reward_id,
                quantity=quantity,
                source=source,
                external_id=external_id,
                notes=notes,
            )
        ],
    )
    if isinstance(outcome, AppError):
        raise outcome
    return outcome


async def give(work: Work, gift: NewRedemption) -> Redeemed:
    """The member has the reward for nothing, and the audit log says why.

    Raise what stands in the way: what is not offered, or not there, cannot be given.
    """
    (outcome,) = await redeem_many(work, [gift])
    if isinstance(outcome, AppError):
        raise outcome
    if outcome.new:
        after = {
            "reward_id": encode("reward", gift.reward_id),
            "quantity": gift.quantity,
            "reason": gift.notes,
        }
        await audit.record(work, "redemption.given", "redemption", outcome.id, after=after)
    return outcome


async def redeem_many(work: Work, items: Sequence[NewRedemption]) -> list[Outcome]:
    """Each item is redeemed, or refused with its own error; order is kept.

    An item whose natural key was booked before with the same content gives the first answer again.
    """
    if not items:
        return []
    await tenants.require_active(work)
    await _find(work, items)
    wanted = {item.member_id for item in items if item.member_id is not None}
    people = await members.get_facts(work, sorted(wanted), lock=True)
    if (await tenants.read(work, RewardSettings)).return_points_on_expiry:
        await ending.expire_of(work, list(people))
    rewards = sorted({item.reward_id for item in items})
    requirements = await queries.asked_of_members(work, rewards)
    if requirements.standing:
        # Whose tier is over by now has lost or renewed it, whether or not a worker came by.
        progress_of = await tiers.lock_progress(work, list(people))
        await tiers.catch_up(work, dict.fromkeys(progress_of, work.now), progress_of)
    rounds = _rounds(items) if requirements.segments else [list(range(len(items)))]
    if len(rounds) > 1:
        # All of them now, because from the first round on wallets are locked, too.
        await queries.lock_rewards(work, rewards)
    outcomes: dict[int, Outcome] = {}
    for numbers in rounds:
        redeemed = await _redeem_together(work, [items[number] for number in numbers], people)
        outcomes.update(zip(numbers, redeemed, strict=True))
    return [outcomes[number] for number in range(len(items))]


def _rounds(items: Sequence[NewRedemption]) -> list[list[int]]:
    """Return the places of items that are decided together: one of each member at a time.

    What a member takes may take them out of the segment that their next reward asks for.
    """
    rounds: list[list[int]] = []
    taken_before: Counter[UUID | None] = Counter()
    for number, item in enumerate(items):
        if taken_before[item.member_id] == len(rounds):
            rounds.append([])
        rounds[taken_before[item.member_id]].append(number)
        taken_before[item.member_id] += 1
    return rounds


async def _redeem_together(
    work: Work, items: Sequence[NewRedemption], people: Mapping[UUID, dict[str, Any]]
) -> list[Outcome]:
    for last_try in (False, False, True):
        try:
            async with work.savepoint():
                return await _redeem(work, items, people, last_try=last_try)
        except (Overtaken, asyncpg.UniqueViolationError):
            # A code or a natural key was taken, or points were spent: decide anew, knowing it.
            if last_try:
                raise
    raise AssertionError  # the last try returns or raises


async def _find(work: Work, items: Sequence[NewRedemption]) -> None:
    """Know whom ids mean, ours or the tenant's own; those of a merged member mean the survivor."""
    names = [item.member for item in items if item.member is not None]
    found = await members.find(work, names) if names else {}
    given = [item.member_id for item in items if item.member is None and item.member_id]
    present = await members.lock_present(work, given)
    for item in items:
        if item.member is not None:
            item.member_id = found.get(item.member)
        elif item.member_id is not None and item.member_id in present:
            item.member_id = present[item.member_id].id


async def _redeem(
    work: Work,
    items: Sequence[NewRedemption],
    people: Mapping[UUID, dict[str, Any]],
    *,
    last_try: bool,
) -> list[Outcome]:
    # All that is known of the members stands still under their locks; the rewards are locked last,
    # because everybody wants the same ones.
    keys = [(item.source, item.external_id) for item in items if item.external_id is not None]
    known = await queries.find_by_key(work, keys) if keys else {}
    facts = await gather(work, people)
    rewards = await queries.lock_rewards(work, sorted({item.reward_id for item in items}))
    await facts.learn(rewards.values())
    before = {reward_id: reward["codes_left"] for reward_id, reward in rewards.items()}
    outcomes: list[Outcome | _Plan] = []
    claimed: dict[tuple[str, str], _Plan] = {}
    for item in items:
        try:
            outcomes.append(_decide(item, people, rewards, facts, known, claimed))
        except AppError as error:
            outcomes.append(error)
    plans = [outcome for outcome in outcomes if isinstance(outcome, _Plan)]
    refused = await _pay(work, plans)
    if refused and not last_try:
        raise Overtaken
    paid = [plan for plan in plans if plan.id not in refused]
    await _write_redemptions(work, paid, facts.settings)
    await _tell(work, paid, before, facts)
    return [
        outcome
        if isinstance(outcome, AppError)
        else refused.get(outcome.id)
        or (Redeemed(outcome.id, new=True) if isinstance(outcome, _Plan) else outcome)
        for outcome in outcomes
    ]


def _decide(
    item: NewRedemption,
    people: Mapping[UUID, dict[str, Any]],
    rewards: Mapping[UUID, dict[str, Any]],
    facts: Facts,
    known: Mapping[tuple[str, str], dict[str, Any]],
    claimed: dict[tuple[str, str], _Plan],
) -> Redeemed | _Plan:
    """Return the plan of an item, or what was booked before. Raise the first thing in its way."""
    key = None if item.external_id is None else (item.source, item.external_id)
    if key is not None and (again := _again(item, known.get(key), claimed.get(key))) is not None:
        return again
    member_id = item.member_id
    if member_id is None or member_id not in people:
        raise members.MemberNotFound(field="member_id" if item.member is None else "member")
    reward = rewards.get(item.reward_id)
    if reward is None:
        raise RewardNotFound(field="reward_id")
    if item.quantity > 1 and reward["fulfilment"] in AT_ONCE:
        raise QuantityNotAllowed(field="quantity")
    asker = facts.asker(member_id, reward)
    for reason in judge(offer_of(reward), asker, item.quantity, gift=item.gift):
        raise reason.error()
    plan = _Plan(item, member_id, reward)
    facts.take(member_id, reward, item.quantity, waits=not plan.delivered)
    if key is not None:
        claimed[key] = plan
    return plan


def _again(
    item: NewRedemption, booked: Mapping[str, Any] | None, planned: _Plan | None
) -> Redeemed | None:
    """Return what this natural key stands for already. Raise RedemptionAltered for other content.

    Whoever was merged since is meant by the survivor's id as well as by their own.
    """
    if booked is not None:
        owners = {booked["member_id"], booked["original_member_id"]}
        _refuse_altered(item, owners, booked["reward_id"], booked["quantity"])
        return Redeemed(booked["id"], new=False)
    if planned is not None:
        before = planned.item
        _refuse_altered(item, {planned.member_id}, before.reward_id, before.quantity)
        return Redeemed(planned.id, new=False)
    return None


def _refuse_altered(
    item: NewRedemption, owners: set[UUID | None], reward_id: UUID, quantity: int
) -> None:
    same = {
        "member" if item.member is not None else "member_id": item.member_id in owners,
        "reward_id": item.reward_id == reward_id,
        "quantity": item.quantity == quantity,
    }
    if fields := [name for name, equal in same.items() if not equal]:
        raise altered(RedemptionAltered, fields)


async def _pay(work: Work, plans: Sequence[_Plan]) -> dict[UUID, AppError]:
    """Each plan but gifts is paid for; return those that the ledger refuses, by id."""
    plans = [plan for plan in plans if plan.points]
    posted = await ledger.post(
        work,
        [
            ledger.Debit(
                member_id=plan.member_id,
                program_id=plan.reward["program_id"],
                points=plan.points,
                source="redemption",
                source_id=encode("redemption", plan.id),
                by=plan.item.by,
            )
            for plan in plans
        ],
        keys_are_fresh=True,
    )
    refused: dict[UUID, AppError] = {}
    for plan, outcome in zip(plans, posted, strict=True):
        if isinstance(outcome, AppError):
            refused[plan.id] = outcome
        else:
            assert outcome.transaction is not None, "a debit is a movement"
            plan.transaction_id = outcome.transaction.id
    return refused


async def _write_redemptions(work: Work, plans: Sequence[_Plan], settings: RewardSettings) -> None:
    """Write the redemptions, what is left of their rewards, and their codes."""
    if not plans:
        return
    time_zone = (await tenants.current(work)).time_zone
    for plan in plans:
        if plan.reward["fulfilment"] == "code":
            plan.code = fresh_code(settings.code_prefix, settings.code_length)
    counted: dict[UUID, dict[str, Any]] = {}
    for plan in plans:
        one = counted.setdefault(
            plan.reward["id"],
            {"id": plan.reward["id"], "taken": 0, "drawn": 0, "reward": snapshot(plan.reward)},
        )
        one["taken"] += plan.item.quantity
        one["drawn"] += plan.reward["fulfilment"] == "pool"
    rows = await work.fetch(
        SQL.book_redemptions,
        work.tenant_id,
        work.now,
        _json(list(counted.values())),
        _json([_row(work, plan, time_zone) for plan in plans]),
    )
    await outbound.enqueue(
        work,
        [
            outbound.NewMessage(
                channel=plan.reward["fulfilment"],
                type="redemption",
                subject_id=plan.id,
                member_id=plan.member_id,
            )
            for plan in plans
            if plan.reward["fulfilment"].startswith(PREFIX)
        ],
    )
    codes = {row["redemption_id"]: row["voucher_code"] for row in rows}
    missing = [plan.id for plan in plans if plan.delivered and plan.id not in codes]
    assert not missing, "the count of a pool and its codes are changed under one lock"


def _row(work: Work, plan: _Plan, time_zone: str) -> dict[str, Any]:
    reward, item = plan.reward, plan.item
    actor = item.by or work.actor
    valid = reward["redemption_expiry_days"]
    return {
        "id": plan.id,
        "reward_id": reward["id"],
        "member_id": plan.member_id,
        "state": "completed" if plan.delivered else "pending",
        "quantity": item.quantity,
        "points": plan.points,
        "transaction_id": plan.transaction_id,
        "fulfilment": reward["fulfilment"],
        "code": plan.code,
        "voucher_id": None if plan.code is None else new_id(),
        "discount_amount": worth_of(reward["type"], reward["value"], item.quantity),
        "source": item.source,
        "external_id": item.external_id,
        "expires_at": valid_until(work.now, valid, time_zone) if plan.delivered else None,
        "notes": item.notes,
        "attributes": item.attributes,
        "actor_type": actor.kind,
        "actor_id": actor.id,
    }


def snapshot(reward: Mapping[str, Any]) -> dict[str, Any]:
    """Return what is kept of the reward as it is."""
    kept = {name: reward[name] for name in SNAPSHOT if reward[name] is not None}
    if "min_order_value" in kept:
        kept["min_order_value"] = trim_money(kept["min_order_value"])
    return kept


def _json(values: Any) -> str:
    return orjson.dumps(values, default=_plain).decode()


def _plain(value: Any) -> str:
    return format(value, "f") if isinstance(value, Decimal) else str(value)


async def _tell(
    work: Work, plans: Sequence[_Plan], before: Mapping[UUID, int], facts: Facts
) -> None:
    told: list[Event] = []
    for plan in plans:
        member_id, reward = plan.member_id, plan.reward
        state = "completed" if plan.delivered else "pending"
        told.append(
            RewardRedeemed(
                member_id,
                work.now,
                plan.id,
                reward["id"],
                reward["type"],
                plan.item.quantity,
                plan.points,
                state,
            )
        )
        if plan.delivered:
            told.append(RedemptionCompleted(member_id, work.now, plan.id, reward["id"]))
    low = facts.settings.low_codes
    for reward in {plan.reward["id"]: plan.reward for plan in plans}.values():
        left = reward["codes_left"]
        if reward["fulfilment"] == "pool" and left <= low < before[reward["id"]]:
            told.append(VouchersNearlyUsed(None, work.now, reward["id"], left))
    emit(work, told)
