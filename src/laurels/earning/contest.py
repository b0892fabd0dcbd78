"""Which rules may stand beside each other: exclusive rules and exclusion groups.

The rules of the contest are told in `rules`. Worth is counted before caps, and for points per
money with the tier multiplier but without campaign multipliers, which depend on who wins.
"""

from decimal import Decimal
from typing import NamedTuple
from uuid import UUID

from .award import Award, Skipped, Why
from .facts import TIER_MULTIPLIER
from .plan import EXACT, Amount, EffectKind, Step

Candidate = tuple[Step, Amount]
"""A rule that fired, and its value."""


class _Entry(NamedTuple):
    candidate: Candidate
    step: Step
    worth: Amount
    fires: bool


def resolve_contest(candidates: list[Candidate], award: Award) -> list[Candidate]:
    """The candidates that may stay, in their order; the others are told why not."""
    entries = _rate(candidates, award)
    entries = _after_exclusives(entries, award.skipped)
    return [entry.candidate for entry in _best_of_groups(entries, award.skipped)]


def _rate(candidates: list[Candidate], award: Award) -> list[_Entry]:
    tier: Decimal | None = award.facts.get(TIER_MULTIPLIER)
    base: dict[tuple[UUID | None, str | None], Amount] = {}
    entries: list[_Entry] = []
    for step, value in candidates:
        # Steps come base first, so that a multiplier finds all that it multiplies.
        if step.kind is EffectKind.BASE:
            exact = value if tier is None else EXACT.multiply(value, tier)
            place = (step.program_id, step.rule.exclusion_group)
            base[place] = EXACT.add(base.get(place, 0), exact)
            worth = int(exact)
            fires = worth > 0
        elif step.kind is EffectKind.MULTIPLIER:
            # What its own group would shut out for it, it does not multiply.
            group = step.rule.exclusion_group
            parts = [
                amount
                for (program_id, other), amount in base.items()
                if program_id == step.program_id and (group is None or other != group)
            ]
            worth = EXACT.multiply(sum(parts, Decimal(0)), EXACT.subtract(value, 1))
            fires = bool(parts)
        else:
            worth, fires = value, True
        entries.append(_Entry((step, value), step, worth, fires))
    return entries


def _after_exclusives(entries: list[_Entry], skipped: list[Skipped]) -> list[_Entry]:
    exclusive = [entry for entry in entries if entry.step.rule.stacking == "exclusive"]
    # One that would stand alone and give nothing does not fire, and so shuts out nobody.
    idle = [entry for entry in exclusive if not entry.fires]
    skipped.extend(Skipped(entry.step, Why.ZERO) for entry in idle)
    entries = [entry for entry in entries if entry not in idle]
    firing = [entry for entry in exclusive if entry.fires]
    if not firing:
        return entries
    winner = max(firing, key=lambda e: (e.step.rule.priority, e.worth, -e.step.rule.id.int))
    kept_kinds = (
        {EffectKind.BASE} if winner.step.kind is EffectKind.MULTIPLIER else set[EffectKind]()
    )
    kept = [e for e in entries if e is winner or e.step.kind in kept_kinds]
    out = [e for e in entries if e is not winner and e.step.kind not in kept_kinds]
    skipped.extend(Skipped(entry.step, Why.EXCLUSIVE, winner.step) for entry in out)
    return kept


def _best_of_groups(entries: list[_Entry], skipped: list[Skipped]) -> list[_Entry]:
    best: dict[str, _Entry] = {}
    for entry in entries:
        group = entry.step.rule.exclusion_group
        if group is not None:
            best[group] = max(best.get(group, entry), entry, key=_standing)
    kept: list[_Entry] = []
    for entry in entries:
        winner = best.get(entry.step.rule.exclusion_group or "", entry)
        if winner is entry:
            kept.append(entry)
        else:
            skipped.append(Skipped(entry.step, Why.EXCLUSION_GROUP, winner.step))
    return kept


def _standing(entry: _Entry) -> tuple[Amount, int, int]:
    return entry.worth, entry.step.rule.priority, -entry.step.rule.id.int
