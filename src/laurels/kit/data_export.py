"""Everything that is kept of one person, gathered from the rooms that keep it.

A room registers an `ExportSection` for each of its tables that know members. The sections are read
in pages by one key each, so that neither the length of a history nor the number of tables is a
matter of memory.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from laurels.permissions import Permission

from .work import Work

MAX_PAGE = 1000
"""Rows of one page of an export, at most."""


@dataclass(frozen=True, slots=True)
class ExportSection:
    """One kind of rows that belong to a person.

    `sql` selects them with `key`, a text that sorts and is unique, as its first column; `$1` is
    the tenant, `$2` the ids of the person's members, `$3` the key after which to go on, `$4` how
    many at most. `kind` says what the column `id` is the id of; `tables` what is told of; `reads`
    what one must be allowed for its rows elsewhere.
    """

    name: str
    reads: Permission
    tables: tuple[str, ...]
    sql: str
    kind: str | None = None


_sections: dict[str, ExportSection] = {}


def add(section: ExportSection) -> None:
    """The chapter is part of every data_export from now on."""
    _sections[section.name] = section


def sections() -> tuple[ExportSection, ...]:
    """Return all sections in the order of an export."""
    return tuple(_sections.values())


async def read_page(
    work: Work, member_ids: Sequence[UUID], *, section: int, after: str, limit: int
) -> tuple[list[tuple[ExportSection, dict[str, Any]]], tuple[int, str] | None]:
    """Return rows with their sections, and where the next page begins, if any.

    `section` and `after` say where this page begins; 0 and an empty text are the beginning.
    """
    page: list[tuple[ExportSection, dict[str, Any]]] = []
    every = sections()
    while section < len(every) and len(page) < limit:
        current = every[section]
        wanted = limit - len(page)
        rows = await work.fetch(current.sql, work.tenant_id, list(member_ids), after, wanted)
        for row in rows:
            content = dict(row)
            after = content.pop("key")
            page.append((current, content))
        if len(rows) < wanted:
            section, after = section + 1, ""
    return page, ((section, after) if section < len(every) else None)
