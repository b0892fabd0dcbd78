"""All that is kept of one person, in pages."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from laurels import audit
from laurels.kit import data_export
from laurels.kit.db.sql import statements
from laurels.kit.errors import Invalid
from laurels.kit.http.access import demand
from laurels.kit.values.ids import encode
from laurels.kit.work import Work

from .queries import get_member

SQL = statements(__name__)


@dataclass(frozen=True, slots=True)
class Exported:
    """A page of an export: rows by section, and what to ask for the next one, if there is one."""

    rows: list[tuple[str, dict[str, Any]]]
    next_cursor: str | None


async def export(
    work: Work, member_id: UUID, *, cursor: str | None = None, limit: int = data_export.MAX_PAGE
) -> Exported:
    """Return a page of everything that is kept of a person, those merged into them included.

    That somebody asked is noted once, with the first page. Raise MemberNotFound, Invalid, or
    Forbidden when the one who asks may not read a part of it elsewhere.
    """
    for reads in sorted({section.reads for section in data_export.sections()}):
        demand(work, reads, "The export of a person")
    await get_member(work, member_id)
    section, after = _read_cursor(cursor)
    rows = await work.fetch(SQL.find_family_members, work.tenant_id, member_id)
    page, following = await data_export.read_page(
        work, [row[0] for row in rows], section=section, after=after, limit=limit
    )
    if cursor is None:
        await audit.record(work, "member.exported", "member", member_id)
    spoken = [(section.name, _spoken(section, row)) for section, row in page]
    return Exported(spoken, None if following is None else f"{following[0]}.{following[1]}")


_KINDS = {
    "bulk_action_id": "bulk_action",
    "member_id": "member",
    "merged_id": "member",
    "survivor_id": "member",
    "merged_into": "member",
    "original_member_id": "member",
    "wallet_id": "wallet",
    "program_id": "program",
    "transaction_id": "transaction",
    "reverses_id": "transaction",
    "purchase_id": "purchase",
    "rule_id": "earning_rule",
}
"""What the columns of all sections are ids of."""

_SUBJECTS = {
    "purchase.completed": "purchase",
    "activity.recorded": "activity",
    "member.birthday": "activity",
}
"""What an award is about, by the event that was judged; the member themselves for the rest."""


def _spoken(section: data_export.ExportSection, row: dict[str, Any]) -> dict[str, Any]:
    """Return a row as the API speaks: with ids that say what they are of."""
    row.pop("tenant_id", None)
    kinds = {**_KINDS, "id": section.kind}
    if "subject_id" in row:
        kinds["subject_id"] = _SUBJECTS.get(row["trigger"], "member")
    return {
        name: encode(kind, value)
        if isinstance(value, UUID) and (kind := kinds.get(name)) is not None
        else value
        for name, value in row.items()
    }


def _read_cursor(cursor: str | None) -> tuple[int, str]:
    if cursor is None:
        return 0, ""
    number, _, after = cursor.partition(".")
    if not (number.isascii() and number.isdigit() and len(number) <= 3):
        msg = "is not a cursor of this export; send `next_cursor` of the previous page"
        raise Invalid(msg, field="cursor")
    return int(number), after
