"""What a purchase causes and a refund undoes, in one transaction and a fixed order.

settle:  check, member, purchase, award (rules, ledger, why), totals, outbox
refund:  purchase, usage of caps, ledger, totals, outbox
"""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from laurels import earning, ledger, members, purchases, tenants, tiers
from laurels.events.catalogue.members import MemberEnrolled
from laurels.kit.errors import AppError, altered
from laurels.kit.work import Work
from laurels.purchases import NewPurchase

from . import buyers
from .effect import Settled, find_points, take_effect
from .ending import end
from .errors import MAX_BATCH, BatchTooLarge, MemberMismatch
from .paying import POINTS_ACTIONS, PointPayments, Unpaid, attempt_without_unpaid

ENDS = frozenset({"completed", "failed", "cancelled"})


@dataclass(frozen=True, slots=True)
class NaturalKeys:
    """How what is recorded under a natural key is found, and the error of one that changed."""

    find_by_key: Callable[[Work, Sequence[tuple[str, str]]], Awaitable[dict[tuple[str, str], UUID]]]
    altered: type[AppError]


PURCHASES = NaturalKeys(purchases.find_by_key, purchases.PurchaseAltered)


async def settle(
    work: Work,
    items: Sequence[NewPurchase],
    *,
    historical: bool = False,
    welcome: bool = True,
    with_tiers: bool = True,
) -> list[Settled | AppError]:
    """Each purchase is recorded once and, if completed, has had its effect once.

    A refused item is its own error; the others are booked. `historical` keeps events from the
    outside; `welcome` lets members who are enrolled on the way earn what sign-up rules say;
    without tiers these neither multiply nor are reached.
    """
    if len(items) > MAX_BATCH:
        raise BatchTooLarge
    tenant = await tenants.require_active(work)
    limits = await tenants.read(work, purchases.PurchaseSettings)
    outcomes: list[Settled | AppError | None] = [None] * len(items)
    for number, item in enumerate(items):
        try:
            if item.member is not None and item.member_id is not None:
                raise MemberMismatch(field="member")
            purchases.check(item, tenant.currency, work.now, limits.max_amount)
        except AppError as error:
            outcomes[number] = error
    enrolled = await find_members(
        work, items, outcomes, PURCHASES, historical=historical, welcome=welcome
    )

    async def attempt(refusals: Mapping[int, AppError]) -> list[Settled | AppError]:
        known = [refusals.get(number, outcome) for number, outcome in enumerate(outcomes)]
        return await _record_and_settle(
            work, items, known, enrolled, historical=historical, with_tiers=with_tiers
        )

    if any(item.payments for item in items):
        return await attempt_without_unpaid(work, attempt)
    try:
        return await attempt({})
    except Unpaid as unpaid:
        # A repeat that does not name the payments that its purchase got since.
        raise next(iter(unpaid.refusals.values())) from None


async def _record_and_settle(
    work: Work,
    items: Sequence[NewPurchase],
    outcomes: list[Settled | AppError | None],
    enrolled: frozenset[UUID | None],
    *,
    historical: bool,
    with_tiers: bool,
) -> list[Settled | AppError]:
    """Record and settle all that have no outcome yet. Raise Unpaid, with the places of items."""
    accepted = [number for number, outcome in enumerate(outcomes) if outcome is None]
    recorded = await purchases.record(
        work,
        [items[number] for number in accepted],
        currency=(await tenants.current(work)).currency,
    )
    payments = PointPayments()
    place_of: dict[UUID, int] = {}
    completed: list[tuple[int, NewPurchase, UUID]] = []
    ended_since: list[tuple[int, UUID]] = []
    for number, outcome in zip(accepted, recorded, strict=True):
        if isinstance(outcome, AppError):
            outcomes[number] = outcome
            continue
        item = items[number]
        outcomes[number] = Settled(
            outcome.id, item.buyer_id, outcome.new, 0, item.buyer_id in enrolled
        )
        if outcome.new and item.status == "completed":
            completed.append((number, item, outcome.id))
        if outcome.new and item.payments:
            payments.add(item, outcome.id, POINTS_ACTIONS[item.status])
            place_of[outcome.id] = number
        elif not outcome.new and item.status in ENDS and item.status != outcome.status:
            ended_since.append((number, outcome.id))
    ended = await _end_pending(work, items, ended_since, outcomes, payments)
    place_of |= {purchase_id: number for number, _, purchase_id in ended}
    completed += ended
    try:
        awards = await take_effect(
            work,
            [(item, purchase_id) for _, item, purchase_id in completed],
            historical=historical,
            with_tiers=with_tiers,
            payments=payments,
        )
    except Unpaid as unpaid:
        raise Unpaid(
            {place_of[purchase_id]: error for purchase_id, error in unpaid.refusals.items()}
        ) from None
    for (number, _, _), award in zip(completed, awards, strict=True):
        settled = outcomes[number]
        assert isinstance(settled, Settled), "only settled items take effect"
        settled.award, settled.points = award, award.points if award else 0
    await find_points(work, outcomes)
    return [outcome for outcome in outcomes if outcome is not None]


async def _end_pending(
    work: Work,
    items: Sequence[NewPurchase],
    ended_since: Sequence[tuple[int, UUID]],
    outcomes: list[Settled | AppError | None],
    payments: PointPayments,
) -> list[tuple[int, NewPurchase, UUID]]:
    """A repeat says that a pending purchase has ended since. Return those that are completed.

    Before any wallet is touched, so that purchases are locked first here too.
    """
    if not ended_since:
        return []
    ended = await end(
        work, [(purchase_id, items[number].status) for number, purchase_id in ended_since]
    )
    for (number, _), outcome in zip(ended_since, ended.outcomes, strict=True):
        outcomes[number] = outcome
    ended.add_payments_to(payments)
    return [
        (ended_since[place][0], item, purchase_id) for place, item, purchase_id in ended.completed
    ]


async def find_members(
    work: Work,
    items: Sequence[buyers.Reported],
    outcomes: list[Any],
    natural_keys: NaturalKeys,
    *,
    historical: bool,
    welcome: bool,
) -> frozenset[UUID | None]:
    """Know the member of each item by id; guests stay guests. Return those enrolled just now.

    Items that have an outcome already are left alone; one whose member cannot be gets it here.
    """
    named = [n for n, item in enumerate(items) if outcomes[n] is None and item.member is not None]
    first_seen: dict[str, datetime] = {}
    for number in named:
        external_id, moment = items[number].member, items[number].occurred_at or work.now
        assert external_id is not None, "named items have a member"
        first_seen[external_id] = min(moment, first_seen.get(external_id, moment))
    known = await members.look_up(work, [items[n].member or "" for n in named])
    await _refuse_other_members(
        work, items, outcomes, natural_keys, named=named, enrolled=known.ids
    )
    wanted = [n for n in named if outcomes[n] is None]
    known = await members.ensure_new(
        work,
        [items[n].member or "" for n in wanted],
        enrolled_at=first_seen,
        historical=historical,
        known=known,
    )
    new = known.new
    for number in wanted:
        name = items[number].member or ""
        items[number].buyer_id = known.ids[name]
        items[number].named_id = known.named.get(name)
        items[number].inactive_status = known.inactive.get(known.ids[name])
    by_our_id = [
        n
        for n, item in enumerate(items)
        if outcomes[n] is None and item.member is None and item.member_id is not None
    ]
    if by_our_id:
        refusals = await buyers.find_by_our_id(work, [items[n] for n in by_our_id])
        for number, refusal in zip(by_our_id, refusals, strict=True):
            outcomes[number] = refusal
    if new:
        await ledger.open_wallets(work, new)
        await tiers.place(work, new, historical=historical)
        if welcome:
            await award_enrolment(work, new, historical=historical)
    return frozenset(new)


async def _refuse_other_members(
    work: Work,
    items: Sequence[buyers.Reported],
    outcomes: list[Any],
    natural_keys: NaturalKeys,
    *,
    named: Sequence[int],
    enrolled: Mapping[str, UUID],
) -> None:
    """Refuse what is in the books already under somebody else, before anybody is enrolled.

    The same for one that comes earlier in the batch under somebody else.
    """
    unknown = [n for n in named if items[n].member not in enrolled and items[n].external_id]
    if not unknown:
        return
    first: dict[tuple[str, str], str | None] = {}
    for number, item in enumerate(items):
        if outcomes[number] is None and item.external_id is not None:
            buyer = first.setdefault((item.source, item.external_id), item.member)
            if buyer != item.member and number in unknown:
                outcomes[number] = altered(natural_keys.altered, ["member"])
    keys = {
        n: (items[n].source, items[n].external_id or "") for n in unknown if outcomes[n] is None
    }
    known = await natural_keys.find_by_key(work, list(keys.values()))
    suspects = [number for number, key in keys.items() if key in known]
    # What came in between brought its member along; then both are there by now.
    enrolled = (
        await members.find(work, [items[n].member or "" for n in suspects]) if suspects else {}
    )
    for number in suspects:
        if items[number].member not in enrolled:
            outcomes[number] = altered(natural_keys.altered, ["member"])


async def award_enrolment(
    work: Work, member_ids: Sequence[UUID], *, historical: bool = False
) -> None:
    """New members have earned what sign-up rules say, once each, as of their enrolment."""
    since = await members.enrolled_since(work, member_ids)
    occurrences = [
        earning.Occurrence(
            subject_id=member_id, member_id=member_id, occurred_at=since[member_id], facts={}
        )
        for member_id in member_ids
    ]
    await earning.award(work, MemberEnrolled.name, occurrences, historical=historical)


async def enrol(work: Work, profile: dict[str, Any]) -> members.Upserted:
    """The member exists with this profile, has a wallet, and was welcomed if they are new."""
    (upserted,) = await enrol_all(work, [profile])
    if isinstance(upserted, AppError):
        raise upserted
    return upserted


async def enrol_all(
    work: Work, profiles: Sequence[dict[str, Any]]
) -> list[members.Upserted | AppError]:
    """Like `enrol`, for many: a refused one is its own error.

    Profiles are matched one after the other, because each may change whom the next one means.
    Wallets and welcome points are given to all who are new together.
    """
    await tenants.require_active(work)
    outcomes: list[members.Upserted | AppError] = []
    for profile in profiles:
        try:
            outcomes.append(await members.upsert(work, profile))
        except AppError as error:
            outcomes.append(error)
    new = [o.id for o in outcomes if isinstance(o, members.Upserted) and o.created]
    if new:
        await ledger.open_wallets(work, new)
        await tiers.place(work, new)
        await award_enrolment(work, new)
    return outcomes
