"""Dead letters: what a handler could not do, for a person to look at, replay or discard."""

from typing import Any
from uuid import UUID

import asyncpg

from laurels import audit
from laurels.kit.db.sql import statements
from laurels.kit.http.paging import FIRST, Asked, Found, Listing
from laurels.kit.values.ids import encode
from laurels.kit.work import Work

from .errors import DeadLetterNotFound

SQL = statements(__name__)


LETTERS = Listing(moment="h.created_at", happened="Told", sorts={"created_at": None}, id="h.id")


async def list_dead_letters(
    work: Work, *, handler: str | None = None, asked: Asked = FIRST
) -> Found[dict[str, Any]]:
    """Return dead letters, usually newest first."""
    sql = f"{SQL.dead_letters} and ($2::text is null or h.handler = $2)"
    return await LETTERS.fetch(work, asked, sql, work.tenant_id, handler)


async def get_dead_letter(work: Work, letter_id: UUID) -> asyncpg.Record:
    """Return a dead letter. Raise DeadLetterNotFound."""
    row = await work.fetchrow(f"{SQL.dead_letters} and h.id = $2", work.tenant_id, letter_id)
    if row is None:
        raise DeadLetterNotFound
    return row


async def replay_dead_letter(work: Work, letter_id: UUID) -> dict[str, Any]:
    """The handler hears the event again, with all its attempts before it.

    Later events of the member that wait then wait for it. Raise DeadLetterNotFound.
    """
    return await _settle(work, letter_id, "waiting", "replayed")


async def discard_dead_letter(work: Work, letter_id: UUID) -> dict[str, Any]:
    """Nothing more is done about it; its row stays for 30 days. Raise DeadLetterNotFound."""
    return await _settle(work, letter_id, "discarded", "discarded")


async def _settle(work: Work, letter_id: UUID, state: str, what: str) -> dict[str, Any]:
    letter = await get_dead_letter(work, letter_id)
    row = await work.fetchrow(SQL.settle_letter, work.tenant_id, letter_id, state)
    if row is None:
        raise DeadLetterNotFound
    await audit.record(
        work,
        f"events.dead_letter_{what}",
        "dead_letter",
        letter_id,
        after={"handler": letter["handler"], "event_id": encode("event", letter["event_id"])},
    )
    return dict(letter)
