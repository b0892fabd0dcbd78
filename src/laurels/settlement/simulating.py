"""Simulating: what a purchase or an activity would earn, and why, also by rules that are drafts.

Everything is done as it always is, inside a savepoint that is undone: the answer is what would
have happened, and nothing of it stays.
"""

from collections.abc import Sequence
from dataclasses import replace
from uuid import UUID

from laurels import earning, ledger, members, tiers
from laurels.kit import dry_runs
from laurels.kit.errors import AppError, FieldError
from laurels.kit.values.ids import new_id
from laurels.kit.work import Work

from .by_program import parts_of
from .dry_run import FollowsOut, follow
from .recording import record_activities
from .schemas import ProgramPointsOut
from .service import settle
from .simulation_schemas import (
    CheckOut,
    DescribedMemberIn,
    DraftRuleIn,
    SimulatedRuleOut,
    SimulatedTierOut,
    SimulationIn,
    SimulationOut,
)
from .why import Judged, reason_of, rules_of


class _Undone(Exception):
    """Undoes the savepoint of a simulation; it carries what came out."""

    def __init__(self, outcome: SimulationOut) -> None:
        self.outcome = outcome
        super().__init__()


async def simulate(work: Work, simulation: SimulationIn) -> SimulationOut:
    """Return what would be earned and why; nothing is booked.

    Raise what the purchase, the activity or a draft would be refused with.
    """
    try:
        async with work.savepoint():
            raise _Undone(await _simulate(work, simulation))
    except _Undone as undone:
        return undone.outcome


async def _simulate(work: Work, simulation: SimulationIn) -> SimulationOut:
    drafts = await _write_drafts(work, simulation.rules)
    named = await _named(work, simulation)
    member_id = named or await _enrol(work, simulation.described_member or DescribedMemberIn())
    before = await tiers.standings(work, [member_id])
    # What was prepared is none of the outcome: from here on it is told what happens.
    await work.close()
    dry_runs.start(work)
    await _do(work, simulation, member_id)
    (occurrence,) = dry_runs.noted(work, "judged")
    follows = await follow(work)
    after = await tiers.standings(work, [member_id])
    return _outcome(
        occurrence, follows, drafts, named, (before.get(member_id), after.get(member_id))
    )


async def _write_drafts(work: Work, drafts: Sequence[DraftRuleIn]) -> dict[UUID, int]:
    """The drafts are in force; return the place of each by the id of its rule."""
    places: dict[UUID, int] = {}
    for place, draft in enumerate(drafts):
        try:
            if draft.rule_id is None:
                rule = await earning.create_rule(work, draft.rule)
            else:
                rule = await earning.replace_rule(work, draft.rule_id, draft.rule)
                if rule["status"] != "active":
                    rule = await earning.set_status(work, rule["id"], "active")
        except AppError as error:
            error.fields = [
                replace(fault, field=f"rules.{place}.rule.{fault.field}") for fault in error.fields
            ] or [FieldError(f"rules.{place}", error.message, error.code)]
            raise
        places[rule["id"]] = place
    return places


async def _named(work: Work, simulation: SimulationIn) -> UUID | None:
    """Return the member that is named, None where one is described. Raise MemberNotFound."""
    sent = simulation.sent
    place = "purchase" if simulation.purchase else "activity"
    if sent.member is not None:
        found = (await members.find(work, [sent.member])).get(sent.member)
        if found is None:
            raise members.MemberNotFound(field=f"{place}.member")
        return found
    if sent.member_id is None:
        return None
    present = (await members.lock_present(work, [sent.member_id])).get(sent.member_id)
    if present is None:
        raise members.MemberNotFound(field=f"{place}.member_id")
    return present.id


async def _enrol(work: Work, described: DescribedMemberIn) -> UUID:
    """Somebody who is as described is a member; no rule has welcomed them."""
    profile = {"external_id": str(new_id()), **described.profile()}
    member_id = (await members.upsert(work, profile, historical=True)).id
    await ledger.open_wallets(work, [member_id])
    await tiers.place(work, [member_id], historical=True)
    if described.tier_id is not None:
        await tiers.assign(work, member_id, described.tier_id)
    earning.assume_segments(work, member_id, described.segment_ids)
    return member_id


async def _do(work: Work, simulation: SimulationIn, member_id: UUID) -> None:
    """It happens, under no number: a number may be in the books already."""
    outcome: object
    if simulation.purchase is not None:
        (outcome,) = await settle(
            work,
            [
                replace(
                    simulation.purchase.to_purchase(),
                    member=None,
                    member_id=member_id,
                    external_id=None,
                    status="completed",
                )
            ],
        )
    else:
        assert simulation.activity is not None, "one of the two is sent"
        activity = replace(
            simulation.activity.to_activity(), member=None, member_id=member_id, external_id=None
        )
        (outcome,) = await record_activities(work, [activity])
    if isinstance(outcome, AppError):
        raise outcome


def _outcome(
    occurrence: earning.Occurrence,
    follows: FollowsOut,
    drafts: dict[UUID, int],
    member_id: UUID | None,
    standings: tuple[tiers.Standing | None, tiers.Standing | None],
) -> SimulationOut:
    assert occurrence.judged is not None, "it was judged just now"
    awarded = occurrence.judged.awarded
    award = {
        "points": awarded.points,
        "explanation": awarded.explanation,
        "effects": [
            {key: str(value) if isinstance(value, UUID) else value for key, value in effect.items()}
            for effect in awarded.effects
        ],
    }
    reason = reason_of(award)
    checks = earning.checks_of(occurrence)
    parts = parts_of(awarded.by_program)
    before, after = standings
    return SimulationOut(
        **dict(follows),
        member_id=member_id,
        points=awarded.points,
        points_by_program=[ProgramPointsOut.model_validate(part) for part in parts],
        reason=reason,
        words=[_words(reason, awarded.points)],
        rules=[
            SimulatedRuleOut(
                **dict(rule),
                draft=drafts.get(rule.rule_id),
                checks=[CheckOut.model_validate(check) for check in checks.get(rule.rule_id, [])],
            )
            for rule in rules_of(award)
        ],
        tier_before=None if before is None else SimulatedTierOut.of(before),
        tier_after=None if after is None else SimulatedTierOut.of(after),
    )


def _words(reason: Judged, points: int) -> str:
    return f"It would earn {points:,} points." if reason == "rules" else IN_WORDS[reason]


IN_WORDS: dict[Judged, str] = {
    "earning_disabled": "The loyalty programme is switched off (settings, section loyalty).",
    "member_archived": "The member is archived and earns nothing.",
    "member_blocked": "The member is blocked and earns nothing.",
    "no_rule_fired": "Rules are in force, but none of them would give points; `rules` says why.",
    "no_rules": "No rule for this event is in force.",
}
"""What the reasons mean that are not rules, while nothing has happened yet."""
