"""What simulating a rule needs: segments that are assumed, and how each comparison went."""

from collections.abc import Sequence
from uuid import UUID

from laurels.kit.conditions import Check, checks
from laurels.kit.values.ids import encode
from laurels.kit.work import Work

from .judging import Occurrence

ASSUMED = "segments that a simulation assumes"
MAX_CHECKS = 100


def assume_segments(work: Work, member_id: UUID, segment_ids: Sequence[UUID]) -> None:
    """Rules find this member in these segments and no others, until the end of the transaction."""
    work.memo[ASSUMED] = {member_id: [encode("segment", each) for each in sorted(segment_ids)]}


def checks_of(occurrence: Occurrence) -> dict[UUID, list[Check]]:
    """Return by rule how each comparison of its condition went when the event was judged."""
    if occurrence.judged is None:
        return {}
    outcome = occurrence.judged.outcome
    steps = [
        *(fired.step for fired in outcome.fired),
        *outcome.multipliers,
        *(skipped.step for skipped in outcome.skipped),
    ]
    return {
        step.rule.id: checks(step.rule.condition, outcome.facts, MAX_CHECKS)
        for step in steps
        if step.rule.condition is not None
    }
