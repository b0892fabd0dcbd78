"""Why a purchase or an activity earned what it earned, or nothing, in figures and in sentences.

What was decided is read from the award that was kept then; nothing is judged anew by today's rules.
"""

from collections.abc import Iterator
from decimal import Decimal
from typing import Any, Literal
from uuid import UUID

from laurels import activities, earning, ledger, purchases
from laurels.events.catalogue.purchases import PurchaseCompleted
from laurels.kit.values.fields import trim_money
from laurels.kit.values.ids import encode
from laurels.kit.work import Work

from .by_program import Parts, parts_of, with_programs
from .recording import trigger_of
from .schemas import (
    ActivityReason,
    ActivityWhyOut,
    LotOfPurchaseOut,
    ProgramPointsOut,
    Reason,
    RuleSaysOut,
    WhyOut,
)


async def explain_purchase(work: Work, purchase_id: UUID) -> WhyOut:
    """Return why this purchase earned what it did. Raise PurchaseNotFound."""
    purchase = await purchases.get_purchase(work, purchase_id)
    award = await earning.find_award(work, PurchaseCompleted.name, purchase_id)
    points = award["points"] if award else 0
    taken, lots = await _what_became(work, award)
    taken_back = sum(part["points"] for part in taken)
    reason = _reason(purchase, award)
    return WhyOut(
        purchase_id=purchase_id,
        status=purchase["status"],
        points=points,
        points_by_program=_by_program(award),
        taken_back=taken_back,
        taken_back_by_program=_shown(taken),
        reason=reason,
        words=_words(purchase, points, taken_back, reason) + _paid_words(purchase, award, reason),
        rules=list(rules_of(award)),
        lots=lots,
    )


async def explain_activity(work: Work, activity_id: UUID) -> ActivityWhyOut:
    """Return why this activity earned what it did. Raise ActivityNotFound."""
    activity = (await activities.find_activities(work, [activity_id])).get(activity_id)
    if activity is None:
        raise activities.ActivityNotFound
    award = await earning.find_award(work, trigger_of(activity), activity_id)
    points = award["points"] if award else 0
    taken, lots = await _what_became(work, award)
    taken_back = sum(part["points"] for part in taken)
    reason: ActivityReason = "not_judged" if award is None else reason_of(award)
    words = [f"It earned {points:,} points."] if reason == "rules" else [OF_ACTIVITIES[reason]]
    if taken_back:
        words.append(f"{taken_back:,} of them were taken back since.")
    return ActivityWhyOut(
        activity_id=activity_id,
        kind=activity["kind"],
        status=activity["status"],
        points=points,
        points_by_program=_by_program(award),
        taken_back=taken_back,
        taken_back_by_program=_shown(taken),
        reason=reason,
        words=words,
        rules=list(rules_of(award)),
        lots=lots,
    )


async def _what_became(
    work: Work, award: dict[str, Any] | None
) -> tuple[Parts, list[LotOfPurchaseOut]]:
    """Return how many of an award's points were taken back, and the lots that it opened."""
    effects: list[dict[str, Any]] = with_programs(award)["effects"] if award else []
    programs = {effect["transaction_id"]: effect["program_id"] for effect in effects}
    taken_back = await ledger.taken_back(work, list(programs))
    lots = await ledger.lots_of(work, list(programs))
    taken = parts_of(
        (programs[transaction_id], points) for transaction_id, points in taken_back.items()
    )
    return taken, [LotOfPurchaseOut.model_validate(dict(lot)) for lot in lots]


def _by_program(award: dict[str, Any] | None) -> list[ProgramPointsOut]:
    return _shown(with_programs(award)["points_by_program"]) if award else []


def _shown(parts: Parts) -> list[ProgramPointsOut]:
    return [ProgramPointsOut.model_validate(part) for part in parts]


Judged = Literal[
    "rules", "earning_disabled", "member_archived", "member_blocked", "no_rule_fired", "no_rules"
]


_INACTIVE: dict[str, Judged] = {"archived": "member_archived", "blocked": "member_blocked"}


def reason_of(award: dict[str, Any]) -> Judged:
    """Return in one word why an award is what it is."""
    if award["points"]:
        return "rules"
    if "disabled" in award["explanation"]:
        return "earning_disabled"
    if (status := award["explanation"].get("member_status")) is not None:
        return _INACTIVE[status]
    return "no_rule_fired" if award["explanation"].get("skipped") else "no_rules"


def _reason(purchase: dict[str, Any], award: dict[str, Any] | None) -> Reason:
    """Return in one word why it earned what it earned."""
    if award is not None:
        reason = reason_of(award)
        paid = award["explanation"].get("paid_with_points")
        if reason == "no_rules" and paid is not None and Decimal(paid) == purchase["amount"]:
            return "paid_with_points"
        return reason
    if purchase["status"] != "completed":
        return purchase["status"]
    return "guest" if purchase["member_id"] is None else "not_settled"


SENTENCES: dict[Reason, str] = {
    "earning_disabled": "The loyalty programme was switched off (settings, section loyalty) when it"
    " was settled.",
    "member_archived": "The member was archived when it was settled, and earned nothing.",
    "member_blocked": "The member was blocked when it was settled, and earned nothing.",
    "no_rule_fired": "Rules were in force, but none of them gave points; `rules` says why.",
    "no_rules": "No rule for purchases was in force when it was settled.",
    "paid_with_points": "It was paid with points alone, which earn none (settings, section earning,"
    " `points_payments_earn`).",
    "pending": "It is pending: it earns when it is completed.",
    "failed": "It failed: it never earns.",
    "cancelled": "It was cancelled: it never earns.",
    "guest": "It belongs to no member: a guest's purchase is recorded and earns nothing.",
    "not_settled": "It was completed by SQL and has not been settled yet.",
}
"""What the reasons mean that are not rules."""

OF_ACTIVITIES: dict[ActivityReason, str] = {
    "earning_disabled": "The loyalty programme was switched off (settings, section loyalty) when it"
    " was recorded.",
    "member_archived": "The member was archived when it was recorded, and earned nothing.",
    "member_blocked": "The member was blocked when it was recorded, and earned nothing.",
    "no_rule_fired": "Rules were in force, but none of them gave points; `rules` says why.",
    "no_rules": "No rule for such activities was in force when it was recorded.",
    "not_judged": "It was written by SQL, past the application, and never judged.",
}
"""The same for activities."""


def _words(purchase: dict[str, Any], points: int, taken_back: int, reason: Reason) -> list[str]:
    if reason != "rules":
        return [SENTENCES[reason]]
    if points < 0:
        return [f"Goods returned for {_money(purchase, 'amount')} took back {-points:,} points."]
    words = [f"It earned {points:,} points on {_money(purchase, 'amount')}."]
    if taken_back:
        refunded = _money(purchase, "refunded")
        words.append(f"Refunds of {refunded} took {taken_back:,} of them back.")
    return words


def _paid_words(
    purchase: dict[str, Any], award: dict[str, Any] | None, reason: Reason
) -> list[str]:
    paid = award["explanation"].get("paid_with_points") if award else None
    if paid is None or reason == "paid_with_points":
        return []
    worth = trim_money(Decimal(paid))
    return [f"{worth} {purchase['currency']} of it were paid with points and earned none."]


def _money(purchase: dict[str, Any], name: str) -> str:
    return f"{trim_money(purchase[name])} {purchase['currency']}"


FIGURES = ("amount", "quantity", "base", "raw", "multiplier", "capped")
"""What of a rule that fired its sentence tells."""


def rules_of(award: dict[str, Any] | None) -> Iterator[RuleSaysOut]:
    """Yield what each rule did, or why it did nothing, as an award's explanation tells it."""
    explanation: dict[str, Any] = award["explanation"] if award else {}
    sign = -1 if explanation.get("returned") else 1
    effects: list[dict[str, Any]] = with_programs(award)["effects"] if award else []
    programs: dict[tuple[str, int], UUID] = {
        (encode("earning_rule", effect["rule_id"]), effect["version"]): effect["program_id"]
        for effect in effects
    }
    for fired in explanation.get("fired", []):
        yield RuleSaysOut(
            rule_id=fired["rule"],
            version=fired["version"],
            name=fired["name"],
            outcome="capped" if "capped" in fired else "gave",
            points=sign * fired["points"],
            program_id=programs.get((fired["rule"], fired["version"])),
            words=[sentence_of_fired(fired, verb="took" if sign < 0 else "gave")],
            details={name: fired[name] for name in FIGURES if name in fired},
        )
    for factor in explanation.get("multipliers", []):
        if "rule" in factor:
            yield RuleSaysOut(
                rule_id=factor["rule"],
                version=factor["version"],
                name=factor["name"],
                outcome="multiplied",
                program_id=None,
                points=0,
                words=[f"It multiplied what points-per-money rules gave by {factor['factor']}."],
                details={"factor": factor["factor"]},
            )
    for skipped in explanation.get("skipped", []):
        yield RuleSaysOut(
            rule_id=skipped["rule"],
            version=skipped["version"],
            name=skipped["name"],
            outcome=skipped["why"],
            program_id=None,
            points=0,
            words=skipped["words"],
        )


def sentence_of_fired(fired: dict[str, Any], *, verb: str = "gave") -> str:
    """Return in words what a rule gave that fired, as an award's explanation tells it."""
    words = f"It {verb} {fired['points']:,} points"
    if "amount" in fired:
        words += f" for {fired['amount']}" + (" net of tax" if "base" in fired else "")
    elif "quantity" in fired:
        words += f" for a count of {fired['quantity']}"
    if "multiplier" in fired:
        words += f", multiplied by {fired['multiplier']}"
    if "capped" in fired:
        cap = fired["capped"]
        words += (
            f"; {fired['raw']:,} before the cap of {cap['cap']:,} for {cap['period']},"
            f" of which {cap['allowed']:,} were left"
        )
    return words + "."
