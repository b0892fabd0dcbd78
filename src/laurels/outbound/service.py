"""Looking at messages, sending them again, giving them up, forgetting them."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from laurels import audit
from laurels.kit.db.sql import statements
from laurels.kit.http.paging import FIRST, Asked, Found, Listing
from laurels.kit.values.ids import encode
from laurels.kit.values.time import utc_now
from laurels.kit.work import Work

from .errors import MessageNotFound, MessageWaiting
from .protocol import SOLE_DESTINATION, Rejected, provider_name, provider_of
from .providers import mail_templates
from .queue import COLUMNS, message_of

SQL = statements(__name__)

RETENTION = timedelta(days=30)
"""How long messages are kept, with their log."""
_SHOWN = f"""
    {COLUMNS}, m.state, m.next_attempt_at, m.last_status, m.last_error, m.created_at, m.finished_at
"""
MESSAGES = Listing(moment="m.created_at", happened="Queued", sorts={"created_at": None}, id="m.id")


async def list_messages(
    work: Work,
    *,
    channel: str | None = None,
    type: str | None = None,  # noqa: A002 - the field's name
    state: str | None = None,
    destination_id: UUID | None = None,
    subject_id: UUID | None = None,
    member_id: UUID | None = None,
    asked: Asked = FIRST,
) -> Found[dict[str, Any]]:
    """Return messages, usually newest first."""
    # Written out, so that the planner sees which of the partial indexes fits.
    of_state = f" and m.state = '{state}'" if state in {"dead", "stopped", "waiting"} else ""
    sql = f"""
        select {_SHOWN}
        from laurels.outbound_messages as m
        where m.tenant_id = $1 and ($2::text is null or m.channel = $2)
          and ($3::text is null or m.type = $3) and ($4::text is null or m.state = $4)
          and ($5::uuid is null or m.destination_id = $5)
          and ($6::uuid is null or m.subject_id = $6)
          and ($7::uuid is null or m.member_id = $7){of_state}
    """
    messages = await MESSAGES.fetch(
        work,
        asked,
        sql,
        work.tenant_id,
        channel,
        type,
        state,
        destination_id,
        subject_id,
        member_id,
    )
    return messages.map(_shown)


def _shown(row: dict[str, Any]) -> dict[str, Any]:
    """Return a row with the ids as the API has them, and without its payload."""
    provider = provider_of(row["channel"])
    template = (
        mail_templates().get(row["type"]) if provider_name(row["channel"]) == "mail" else None
    )
    subject = template.subject if template else provider.subject
    shown = {name: value for name, value in row.items() if name not in {"payload", "failures"}}
    return shown | {
        "subject_id": encode(subject, row["subject_id"]) if subject else None,
        "destination_id": _destination(row),
        "next_attempt_at": row["next_attempt_at"] if row["state"] == "waiting" else None,
    }


async def _row(work: Work, message_id: UUID) -> dict[str, Any]:
    sql = f"""
        select {_SHOWN}
        from laurels.outbound_messages as m
        where m.tenant_id = $1 and m.id = $2
    """
    row = await work.fetchrow(sql, work.tenant_id, message_id)
    if row is None:
        raise MessageNotFound
    return dict(row)


async def get_message(work: Work, message_id: UUID) -> dict[str, Any]:
    """Return a message with its latest attempts, at most 100. Raise MessageNotFound."""
    shown = _shown(await _row(work, message_id))
    attempts = await work.fetch(SQL.get_message, work.tenant_id, message_id)
    return shown | {"log": [dict(attempt) for attempt in attempts]}


async def replay_message(work: Work, message_id: UUID) -> dict[str, Any]:
    """The message is sent again, with all its attempts before it; return it.

    Where the channel keeps order, later messages of the same member that wait then wait for it.
    Raise MessageNotFound, MessageWaiting, or what the provider says against it.
    """
    row = await _row(work, message_id)
    await provider_of(row["channel"]).before_replay(work, message_of(work.tenant_id, row))
    replayed = await work.fetchrow(SQL.replay_message, work.tenant_id, message_id)
    if replayed is None:
        raise MessageWaiting
    return await _note(work, message_id, "replayed")


async def discard_message(work: Work, message_id: UUID) -> dict[str, Any]:
    """The message is not sent any more; its row stays for 30 days. Return it.

    One that is being sent may arrive all the same. Raise MessageNotFound.
    """
    row = await _row(work, message_id)
    provider = provider_of(row["channel"])
    if row["state"] in {"waiting", "dead"}:
        message = message_of(work.tenant_id, row)
        await provider.apply_outcome(work, message, Rejected(error="it was discarded"))
    await work.fetch(SQL.discard_message, work.tenant_id, message_id)
    if provider.ordered:
        await work.fetch("select laurels.wake_messages($1, $2)", work.tenant_id, [message_id])
    return await _note(work, message_id, "discarded")


async def _note(work: Work, message_id: UUID, what: str) -> dict[str, Any]:
    shown = await get_message(work, message_id)
    await audit.record(
        work,
        f"outbound.message_{what}",
        "outbound_message",
        message_id,
        after={name: shown[name] for name in ("channel", "type", "subject_id")},
    )
    return shown


async def count_messages(work: Work) -> list[dict[str, Any]]:
    """Return how many messages wait and are dead, by channel."""
    rows = await work.fetch(SQL.count_messages, work.tenant_id)
    return [dict(row) for row in rows]


async def summary(work: Work, *, since: datetime) -> list[dict[str, Any]]:
    """Return what became of the messages that were queued since a moment, by destination."""
    first = UUID(int=max(0, int(since.timestamp() * 1000)) << 80)
    rows = await work.fetch(SQL.summary, work.tenant_id, first)
    return [dict(row) | {"destination_id": _destination(row)} for row in rows]


def _destination(row: Any) -> str | None:
    provider, destination_id = provider_of(row["channel"]), row["destination_id"]
    if not provider.destination or destination_id == SOLE_DESTINATION:
        return None
    return encode(provider.destination, destination_id)


async def forget_old(work: Work, *, limit: int = 1000) -> int:
    """Messages that were finished more than 30 days ago are gone, at most `limit`; say how many.

    The age is real time; a test tenant's clock does not move it.
    """
    row = await work.fetchrow(SQL.forget_old, work.tenant_id, utc_now() - RETENTION, limit)
    assert row is not None, "the function always answers"
    return row["gone"]


async def scrub(work: Work, member_ids: Sequence[UUID]) -> None:
    """Messages about these members hold no words any more, also where they wait to be sent."""
    await work.fetch("select laurels.scrub_messages($1, $2)", work.tenant_id, list(member_ids))
