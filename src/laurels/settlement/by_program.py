"""Points by the program whose they are: what was earned, what each refund took back."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any
from uuid import UUID

from laurels import ledger
from laurels.kit.work import Work

Parts = list[dict[str, Any]]
"""Programs with their points, as answers tell them, in the order of the programs' ids."""


def parts_of(points: Iterable[tuple[UUID, int]]) -> Parts:
    """Return the sums by program; a program of which nothing is left over is not named."""
    sums: dict[UUID, int] = {}
    for program_id, count in points:
        sums[program_id] = sums.get(program_id, 0) + count
    return [
        {"program_id": program_id, "points": sums[program_id]}
        for program_id in sorted(sums)
        if sums[program_id]
    ]


def with_programs(award: Mapping[str, Any]) -> dict[str, Any]:
    """Return a stored award with its ids as ids, and with its points by program."""
    effects: list[dict[str, Any]] = [
        {
            **effect,
            "rule_id": UUID(effect["rule_id"]),
            "program_id": UUID(effect["program_id"]),
            "transaction_id": UUID(effect["transaction_id"]),
        }
        for effect in award["effects"]
    ]
    parts = parts_of((effect["program_id"], effect["points"]) for effect in effects)
    return {**award, "effects": effects, "points_by_program": parts}


async def tell_refunds(
    work: Work, refunds: Sequence[dict[str, Any]], awards: Iterable[Mapping[str, Any]]
) -> None:
    """Each refund says by program what it did to points; the awards are those of its purchase."""
    programs = {
        UUID(effect["transaction_id"]): UUID(effect["program_id"])
        for award in awards
        for effect in award["effects"]
    }
    taken: dict[str | None, list[tuple[UUID, int]]] = {}
    if programs and any(refund["points"] for refund in refunds):
        for transaction_id, source_id, points in await ledger.taken_back_by(work, list(programs)):
            taken.setdefault(source_id, []).append((programs[transaction_id], -points))
    for refund in refunds:
        refund["points_by_program"] = parts_of(taken.get(str(refund["id"]), ()))
