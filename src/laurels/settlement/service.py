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
from .paying import WAYS, Due, Unpaid, as_far_as_paid

ENDS = frozenset({"completed", "failed", "cancelled"})


@dataclass(frozen=True, slots=True)
class Books:
    """Where things are recorded under a natural key: how they are found, what a changed one is."""

    find_by_key: Callable[[Work, Sequence[tuple[str, str]]], Awaitable[dict[tuple[str, str], UUID]]]
    altered: type[AppError]


PURCHASES = Books(purchases.find_by_key, purchases.PurchaseAltered)


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

    async def book(refusals: Mapping[int, AppError]) -> list[Settled | AppError]:
        said = [refusals.get(number, outcome) for number, outcome in enumerate(outcomes)]
        return await _book(
            work, items, said, enrolled, historical=historical, with_tiers=with_tiers
        )

    if any(item.payments for item in items):
        return await as_far_as_paid(work, book)
    try:
        return await book({})
    except Unpaid as unpaid:
        # A repeat that does not name the payments that its purchase got since.
        raise next(iter(unpaid.refusals.values())) from None


async def _book(
    work: Work,
    items: Sequence[NewPurchase],
    outcomes: list[Settled | AppError | None],
    enrolled: frozenset[UUID | None],
    *,
    historical: bool,
    with_tiers: bool,
) -> list[Settled | AppError]:
    """Record and settle all that have no outcome yet. Raise Unpaid, with the places of items."""
    good = [number for number, outcome in enumerate(outcomes) if outcome is None]
    recorded = await purchases.record(
        work, [items[number] for number in good], currency=(await tenants.current(work)).currency
    )
    due = Due()
    places: dict[UUID, int] = {}
    completed: list[tuple[int, NewPurchase, UUID]] = []
    late: list[tuple[int, UUID]] = []
    for number, outcome in zip(good, recorded, strict=True):
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
            due.add(item, outcome.id, WAYS[item.status])
            places[outcome.id] = number
        elif not outcome.new and item.status in ENDS and item.status != outcome.status:
            late.append((number, outcome.id))
    ended = await _end_late(work, items, late, outcomes, due)
    places |= {purchase_id: number for number, _, purchase_id in ended}
    completed += ended
    try:
        awards = await take_effect(
            work,
            [(item, purchase_id) for _, item, purchase_id in completed],
            historical=historical,
            with_tiers=with_tiers,
            due=due,
        )
    except Unpaid as unpaid:
        raise Unpaid({places[of]: error for of, error in unpaid.refusals.items()}) from None
    for (number, _, _), award in zip(completed, awards, strict=True):
        settled = outcomes[number]
        assert isinstance(settled, Settled), "only settled items take effect"
        settled.award, settled.points = award, award.points if award else 0
    await find_points(work, outcomes)
    return [outcome for outcome in outcomes if outcome is not None]


async def _end_late(
    work: Work,
    items: Sequence[NewPurchase],
    late: Sequence[tuple[int, UUID]],
    outcomes: list[Settled | AppError | None],
    due: Due,
) -> list[tuple[int, NewPurchase, UUID]]:
    """A repeat says that a pending purchase has ended since. Return those with an effect due.

    Before any wallet is touched, so that purchases are locked first here too.
    """
    if not late:
        return []
    ended = await end(work, [(purchase_id, items[number].status) for number, purchase_id in late])
    for (number, _), outcome in zip(late, ended.outcomes, strict=True):
        outcomes[number] = outcome
    ended.pay_by(due)
    return [(late[place][0], item, purchase_id) for place, item, purchase_id in ended.due]


async def find_members(
    work: Work,
    items: Sequence[buyers.Reported],
    outcomes: list[Any],
    books: Books,
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
    await _refuse_strangers(work, items, outcomes, books, named=named, there=known.ids)
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
        items[number].barred = known.away.get(known.ids[name])
    given = [
        n
        for n, item in enumerate(items)
        if outcomes[n] is None and item.member is None and item.member_id is not None
    ]
    if given:
        refusals = await buyers.find_given(work, [items[n] for n in given])
        for number, refusal in zip(given, refusals, strict=True):
            outcomes[number] = refusal
    if new:
        await ledger.open_wallets(work, new)
        await tiers.place(work, new, historical=historical)
        if welcome:
            await award_enrolment(work, new, historical=historical)
    return frozenset(new)


async def _refuse_strangers(
    work: Work,
    items: Sequence[buyers.Reported],
    outcomes: list[Any],
    books: Books,
    *,
    named: Sequence[int],
    there: Mapping[str, UUID],
) -> None:
    """Refuse what is in the books already under somebody else, before anybody is enrolled.

    The same for one that comes earlier in the batch under somebody else.
    """
    strange = [n for n in named if items[n].member not in there and items[n].external_id]
    if not strange:
        return
    first: dict[tuple[str, str], str | None] = {}
    for number, item in enumerate(items):
        if outcomes[number] is None and item.external_id is not None:
            buyer = first.setdefault((item.source, item.external_id), item.member)
            if buyer != item.member and number in strange:
                outcomes[number] = altered(books.altered, ["member"])
    keys = {
        n: (items[n].source, items[n].external_id or "") for n in strange if outcomes[n] is None
    }
    known = await books.find_by_key(work, list(keys.values()))
    suspects = [number for number, key in keys.items() if key in known]
    # What came in between brought its member along; then both are there by now.
    there = await members.find(work, [items[n].member or "" for n in suspects]) if suspects else {}
    for number in suspects:
        if items[number].member not in there:
            outcomes[number] = altered(books.altered, ["member"])


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
