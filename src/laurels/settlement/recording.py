"""What an activity causes and its revocation undoes, in one transaction and a fixed order.

record:  check, member, activity, award (rules, ledger, why), outbox
revoke:  activity, usage of caps, ledger, outbox
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from laurels import activities, audit, earning, ledger, members, tenants, tiers
from laurels.activities import NewActivity
from laurels.events import emit
from laurels.events.catalogue import Event
from laurels.events.catalogue.activities import ActivityRecorded, ActivityRevoked, MemberBirthday
from laurels.kit.errors import AppError
from laurels.kit.values.ids import encode
from laurels.kit.work import Work

from .errors import MAX_BATCH, ActivityUnattributed, BatchTooLarge, MemberMismatch
from .service import NaturalKeys, find_members

ACTIVITIES = NaturalKeys(activities.find_by_key, activities.ActivityAltered)


@dataclass(slots=True)
class Done:
    """An activity in the books. `new` is false when it was there before; then nothing changed.

    `points` are what it earned when it was recorded; `award` says why, of a new one.
    """

    activity_id: UUID
    new: bool
    points: int = 0
    award: earning.Awarded | None = None


async def record_activities(
    work: Work, items: Sequence[NewActivity], *, historical: bool = False, welcome: bool = True
) -> list[Done | AppError]:
    """Each activity is recorded once and has earned once what the rules say.

    A refused item is its own error; the others are booked. `historical` keeps events from the
    outside; `welcome` lets members who are enrolled on the way earn what sign-up rules say.
    """
    if len(items) > MAX_BATCH:
        raise BatchTooLarge
    await tenants.require_active(work)
    outcomes: list[Done | AppError | None] = [None] * len(items)
    for number, item in enumerate(items):
        try:
            _check(work, item)
        except AppError as error:
            outcomes[number] = error
    await find_members(work, items, outcomes, ACTIVITIES, historical=historical, welcome=welcome)
    accepted = [number for number, outcome in enumerate(outcomes) if outcome is None]
    recorded = await activities.record(work, [items[number] for number in accepted])
    fresh: list[tuple[NewActivity, Done]] = []
    for number, outcome in zip(accepted, recorded, strict=True):
        if isinstance(outcome, AppError):
            outcomes[number] = outcome
            continue
        done = outcomes[number] = Done(outcome.id, outcome.new)
        if outcome.new:
            fresh.append((items[number], done))
    await _earn(work, fresh, historical=historical)
    await _find_points(work, [o for o in outcomes if isinstance(o, Done) and not o.new])
    return [outcome for outcome in outcomes if outcome is not None]


def _check(work: Work, item: NewActivity) -> None:
    if item.member is None and item.member_id is None:
        raise ActivityUnattributed(field="member")
    if item.member is not None and item.member_id is not None:
        raise MemberMismatch(field="member")
    activities.check(item, work.now)


async def _earn(work: Work, fresh: Sequence[tuple[NewActivity, Done]], *, historical: bool) -> None:
    occurrences = [
        earning.Occurrence(
            subject_id=done.activity_id,
            member_id=_doer(item),
            occurred_at=item.occurred_at or work.now,
            facts=earning.activity_facts(
                kind=item.kind,
                source=item.source,
                subject=item.subject,
                value=item.value,
                attributes=item.attributes,
            ),
            inactive_status=item.inactive_status,
            by=item.by,
        )
        for item, done in fresh
    ]
    awards = await earning.award(work, ActivityRecorded.name, occurrences, historical=historical)
    events: list[Event] = []
    for (item, done), award in zip(fresh, awards, strict=True):
        done.award, done.points = award, award.points
        events.append(
            ActivityRecorded(
                item.doer_id, item.occurred_at or work.now, done.activity_id, item.kind, done.points
            )
        )
    emit(work, events, historical=historical)


def _doer(item: NewActivity) -> UUID:
    assert item.doer_id is not None, "an activity that is recorded has a member"
    return item.doer_id


async def _find_points(work: Work, repeats: Sequence[Done]) -> None:
    """Say of activities that were there before what they earned then."""
    if not repeats:
        return
    awards = await earning.find_awards(
        work, ActivityRecorded.name, [repeat.activity_id for repeat in repeats]
    )
    for repeat in repeats:
        award = awards.get(repeat.activity_id)
        repeat.points = award["points"] if award else 0


def trigger_of(activity: Mapping[str, Any]) -> str:
    """Return the name of the event that this activity was judged as."""
    ours = activity["source"] == activities.OURS and activity["kind"] == activities.BIRTHDAY
    return MemberBirthday.name if ours else ActivityRecorded.name


async def revoke_activity(work: Work, activity_id: UUID, *, reason: str | None = None) -> None:
    """The activity counts no more: what it earned is back, and caps have that room again.

    Done once; a repeat changes nothing. Raise ActivityNotFound.
    """
    await tenants.require_active(work)
    activity = (await activities.find_activities(work, [activity_id])).get(activity_id)
    if activity is not None:
        # Members come before activities, so that no merge hands this one over meanwhile.
        await members.lock_present(work, [activity["member_id"]])
        activity = await activities.lock(work, activity_id)
    if activity is None:
        raise activities.ActivityNotFound
    if activity["status"] == "revoked":
        return
    progress_of = await tiers.lock_progress(work, [activity["member_id"]])
    award = await earning.find_award(work, trigger_of(activity), activity_id)
    effects: list[dict[str, Any]] = award["effects"] if award else []
    await earning.give_back_usage(
        work,
        [
            (UUID(effect["rule_id"]), activity["member_id"], period, effect["points"])
            for effect in effects
            for period in effect["usage"]
        ],
    )
    points = await _take_back(work, activity, effects, reason)
    await activities.set_revoked(work, activity_id, points=points, reason=reason)
    await audit.record(
        work,
        "activity.revoked",
        "activity",
        activity_id,
        after={"points": points, "reason": reason},
    )
    emit(
        work,
        [ActivityRevoked(activity["member_id"], work.now, activity_id, activity["kind"], points)],
    )
    await tiers.reconsider(work, progress_of, {activity["member_id"]: work.now})


async def _take_back(
    work: Work, activity: dict[str, Any], effects: Sequence[dict[str, Any]], reason: str | None
) -> int:
    """Take back what is left of these effects; return what that did to points."""
    posted = await ledger.post(
        work,
        [
            ledger.Reversal(
                transaction_id=UUID(effect["transaction_id"]),
                source=earning.source_of(trigger_of(activity), activity["kind"]),
                source_id=encode("activity", activity["id"]),
                reason=reason,
            )
            for effect in effects
        ],
        keys_are_fresh=True,
    )
    points = 0
    for outcome in posted:
        if isinstance(outcome, AppError):
            raise outcome
        if outcome.transaction is not None:
            points += outcome.transaction.points
    return points
