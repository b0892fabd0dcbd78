"""The rows that are the queue: put into it, claimed, sent or not, taken out."""

import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from random import random
from typing import Any, NamedTuple
from uuid import UUID

import orjson
from prometheus_client import Counter

from laurels.kit.db.sql import statements
from laurels.kit.values.ids import new_id
from laurels.kit.work import Work

from .protocol import (
    SOLE_DESTINATION,
    Message,
    Outcome,
    Provider,
    Rejected,
    Retry,
    Sent,
    in_words,
    next_state,
    provider_name,
    provider_of,
)

SQL = statements(__name__)

ATTEMPTS = Counter(
    "laurels_outbound_attempts", "Attempts to send messages, by outcome.", ["channel", "outcome"]
)


class Destination(NamedTuple):
    """The messages of one channel to one destination of one tenant."""

    tenant_id: UUID
    channel: str
    destination_id: UUID

    @property
    def provider(self) -> str:
        """The name of the provider."""
        return provider_name(self.channel)


@dataclass(frozen=True, slots=True, kw_only=True)
class NewMessage:
    """A message to be sent about something, once per channel, destination and subject.

    The payload is shown to nobody, but it lies in the table: what is secret, or can be read from
    the subject, is added by the provider when the message goes out.
    """

    channel: str
    type: str
    subject_id: UUID
    destination_id: UUID = SOLE_DESTINATION
    member_id: UUID | None = None
    payload: dict[str, Any] | None = None
    position: int | None = None
    """Its place in the order of its member; without one, it comes after what is there."""


async def enqueue(work: Work, messages: Sequence[NewMessage]) -> int:
    """The messages leave after the commit; those that were there before stay as they are.

    Return how many are new.
    """
    if not messages:
        return 0
    begins = time.time_ns()
    row = await work.fetchrow(
        SQL.enqueue,
        work.tenant_id,
        [new_id() for _ in messages],
        [message.channel for message in messages],
        [message.destination_id for message in messages],
        [message.type for message in messages],
        [message.subject_id for message in messages],
        [message.member_id for message in messages],
        [message.position or begins + offset for offset, message in enumerate(messages)],
        [message.payload and orjson.dumps(message.payload).decode() for message in messages],
    )
    assert row is not None, "the function always answers"
    return row["count"]


async def replay(
    work: Work, destination: Destination, *, since: UUID, states: Sequence[str], limit: int
) -> int:
    """What was to tell this destination of subjects from this one on waits again; say how much."""
    rows = await work.fetch(SQL.replay, *destination, since, list(states), limit)
    return len(rows)


async def stop(
    work: Work,
    channel: str,
    reason: str,
    *,
    destination_id: UUID | None = None,
    subject_ids: Sequence[UUID] | None = None,
) -> None:
    """What waits for this destination, or tells of these subjects, is sent no more."""
    rows = await work.fetch(
        SQL.stop_messages,
        work.tenant_id,
        channel,
        reason,
        destination_id,
        None if subject_ids is None else list(subject_ids),
    )
    if rows and provider_of(channel).ordered:
        await work.fetch(SQL.wake_messages, work.tenant_id, [row["id"] for row in rows])


async def claim(
    work: Work, destination: Destination, provider: Provider, limit: int, seconds: float
) -> list[Message]:
    """Take up what is due, in order; nobody else does for so many seconds."""
    # The counts by the function itself: the statement around it sees the rows as they were before.
    columns = COLUMNS.replace("m.attempts, m.failures", "c.attempts, c.failures")
    sql = f"""
        select {columns}
        from laurels.claim_messages(
          $1, $2, $3, $4, $5, $6 * interval '1 second'
        ) as c (id, attempts, failures)
        inner join laurels.outbound_messages as m on m.tenant_id = $1 and m.id = c.id
        order by m.position
    """
    rows = await work.fetch(sql, *destination, provider.ordered, limit, seconds)
    return [message_of(work.tenant_id, row) for row in rows]


COLUMNS = (
    "m.id, m.channel, m.destination_id, m.type, m.subject_id, m.member_id, m.payload, m.attempts,"
    " m.failures"
)


def message_of(tenant_id: UUID, row: Any) -> Message:
    """Return the message of a row with COLUMNS."""
    fields = {name.removeprefix("m."): row[name.removeprefix("m.")] for name in COLUMNS.split(", ")}
    return Message(tenant_id=tenant_id, attempt=fields.pop("attempts"), **fields)


async def prepare(
    work: Work, provider: Provider, messages: Sequence[Message]
) -> list[Message | Outcome]:
    """Return the messages with their content; those that cannot be prepared have failed once."""
    expired = [message.failures > len(provider.delays) for message in messages]
    ready = [
        message for message, is_expired in zip(messages, expired, strict=True) if not is_expired
    ]
    prepared = iter(await _prepare(work, provider, ready) if ready else [])
    # Every attempt took its worker along: it is not tried once more.
    killed = Rejected(error="no worker lived to tell what came of it")
    return [killed if is_expired else next(prepared) for is_expired in expired]


async def _prepare(
    work: Work, provider: Provider, messages: Sequence[Message]
) -> list[Message | Outcome]:
    try:
        async with work.savepoint():
            return await provider.prepare(work, messages)
    except Exception as error:  # noqa: BLE001 - whatever it is, it is a failed attempt
        if len(messages) == 1:
            return [Retry(error=in_words(error))]
    prepared: list[Message | Outcome] = []
    for message in messages:
        prepared += await _prepare(work, provider, [message])
    return prepared


@dataclass(frozen=True, slots=True)
class Attempt:
    """An attempt and what came of it; one that was not sent has no moment."""

    message: Message
    outcome: Outcome
    sent_at: datetime | None = None
    duration_ms: int = 0


async def _overtaken(work: Work, provider: Provider, attempts: Sequence[Attempt]) -> set[UUID]:
    """Return the messages of which another attempt has had the say in the meantime."""
    if provider.recorded_together > 1 and all(
        isinstance(attempt.outcome, Sent) for attempt in attempts
    ):
        return set()
    rows = await work.fetch(
        SQL.overtaken, work.tenant_id, [attempt.message.id for attempt in attempts]
    )
    current = {row["id"]: (row["state"], row["attempts"]) for row in rows}

    def counts(attempt: Attempt) -> bool:
        state, latest = current.get(attempt.message.id, ("stopped", 0))
        is_latest = state == "waiting" and latest == attempt.message.attempt
        return is_latest or (isinstance(attempt.outcome, Sent) and state != "sent")

    return {attempt.message.id for attempt in attempts if not counts(attempt)}


async def record_outcomes(
    work: Work, destination: Destination, provider: Provider, attempts: Sequence[Attempt]
) -> list[str]:
    """What came of attempts is in the rows, once; return the states that follow from each.

    A failure counts only for the attempt that had it; what was sent counts whenever that is known.
    """
    overtaken = await _overtaken(work, provider, attempts)
    recorded: list[Attempt] = []
    states: list[tuple[str, float]] = []
    for attempt in attempts:
        outcome = attempt.outcome
        if attempt.message.id not in overtaken:
            outcome = await provider.apply_outcome(work, attempt.message, outcome)
            states.append(
                next_state(
                    outcome,
                    failures=attempt.message.failures,
                    delays=provider.delays,
                    chance=random(),  # noqa: S311 - spreads load, hides nothing
                )
            )
        else:
            states.append(("overtaken", 0.0))
        recorded.append(replace(attempt, outcome=outcome))
    await work.fetch(
        SQL.book_messages,
        work.tenant_id,
        provider.ordered,
        [attempt.message.id for attempt in recorded],
        [attempt.message.attempt for attempt in recorded],
        [state for state, _ in states],
        [wait for _, wait in states],
        [attempt.sent_at for attempt in recorded],
        [attempt.duration_ms for attempt in recorded],
        [attempt.outcome.status for attempt in recorded],
        [attempt.outcome.error for attempt in recorded],
        [attempt.outcome.response for attempt in recorded],
    )
    for state, _ in states:
        ATTEMPTS.labels(destination.provider, "retried" if state == "waiting" else state).inc()
    return [state for state, _ in states]
