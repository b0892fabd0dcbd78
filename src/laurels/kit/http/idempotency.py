"""Stored answers: the same key and body get the first answer again.

The key is claimed inside the request's own transaction. A second request with the same key waits
on the unique key until the first commits (then it is replayed) or rolls back (then it decides
anew), so no key is ever left behind by a refusal. Keys are kept for days of the real time: a test
clock that jumps a month does not make a retry book twice.
"""

import asyncio
import hashlib
import re
from collections.abc import AsyncGenerator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID

from ..db.sql import statements
from ..errors import AppError, Conflict, Gone, Invalid
from ..values.time import utc_now
from ..work import Work, uniform

SQL = statements(__name__)

ERASED = b'{"erased":true}'
"""What stands in the place of answers that went with a person."""
RETENTION = timedelta(days=7)
MAX_KEY = 255
MAX_WAITING = 64
"""Requests with one key that may wait for the first of them."""
KEY_PATTERN = "^[!-~]([ -~]*[!-~])?$"
"""Printable ASCII: other letters do not travel in headers, and outer spaces are cut off there."""


_KEY = re.compile(KEY_PATTERN)


KNOWN = """
array(
  select row(i.holder, i.key)
  from unnest($4::text[], $5::text[]) as n (holder, key)
  cross join lateral (
    select k.holder, k.key
    from laurels.idempotency_keys as k
    where k.tenant_id = $1 and k.holder = n.holder and k.key = n.key
      and k.created_at >= now() - interval '7 days'
    limit 1
  ) as i
)
"""
"""Of the keys `$5` of the holders `$4`, those that came before; for a batch's first statement.

Each is looked up by itself (`limit` keeps it so): joined, the planner reads all keys of a tenant.
"""


class AnswerErased(Gone):
    """This request was answered before, but its answer was erased together with the person."""

    code = "answer_erased"


class IdempotencyKeyReused(Conflict):
    """This Idempotency-Key was used for a different request; use a new key for a new request."""

    code = "idempotency_key_reused"


@dataclass(frozen=True, slots=True)
class Key:
    """A key with who holds the credentials that it came with, and the fingerprint of its request.

    Each holder has keys of their own: what one of them was answered is never told to another.
    """

    text: str
    holder: str
    fingerprint: bytes

    @property
    def place(self) -> tuple[str, str]:
        """What is claimed once in a tenant: the holder and the key."""
        return self.holder, self.text


@dataclass(frozen=True, slots=True)
class Answer:
    """What was answered the first time."""

    status: int
    body: bytes
    replayed: bool = False


def key_of(text: str, holder: str, method: str, path: str, body: bytes) -> Key:
    """Return the key of a request. Raise Invalid when it is empty, too long or unprintable."""
    if len(text) > MAX_KEY or not _KEY.fullmatch(text):
        msg = f"an Idempotency-Key has 1 to {MAX_KEY} printable ASCII characters"
        raise Invalid(msg, field="Idempotency-Key")
    digest = hashlib.sha256(f"{holder} {method} {path}\n".encode() + body).digest()
    return Key(text, holder, digest)


class KeyInUse(Exception):
    """Too many requests with the same key wait for the first of them."""


_in_use: dict[tuple[UUID, str, str], list[asyncio.Future[None]]] = {}


@asynccontextmanager
async def one_at_a_time(tenant_id: UUID, key: Key) -> AsyncGenerator[None]:
    """Run the block while no other request of this process has the same key. Raise KeyInUse.

    A repeat waits here, before it has a connection. One in another process is waited for by the
    database.
    """
    place = (tenant_id, *key.place)
    waiting = _in_use.get(place)
    if waiting is None:
        waiting = _in_use[place] = []
    elif len(waiting) >= MAX_WAITING:
        raise KeyInUse
    else:
        place_in_line = asyncio.get_running_loop().create_future()
        waiting.append(place_in_line)
        try:
            await place_in_line
        except asyncio.CancelledError:
            if place_in_line.done() and not place_in_line.cancelled():
                _next_of(place)
            else:
                waiting.remove(place_in_line)
            raise
    try:
        yield
    finally:
        _next_of(place)


def _next_of(place: tuple[UUID, str, str]) -> None:
    waiting = _in_use[place]
    if waiting:
        waiting.pop(0).set_result(None)
    else:
        del _in_use[place]


async def claim(work: Work, key: Key) -> Answer | None:
    """Claim the key for this transaction, or return the answer that it already has.

    Raise IdempotencyKeyReused when the key came before with another request.
    """
    now = utc_now()
    claimed = await work.fetchrow(
        SQL.claim_key, work.tenant_id, key.text, key.fingerprint, now, now - RETENTION, key.holder
    )
    if claimed is not None:
        return None
    row = await work.fetchrow(SQL.find_key, work.tenant_id, key.text, key.holder)
    outcome = IdempotencyKeyReused() if row is None else _stored(row, key.fingerprint)
    if isinstance(outcome, AppError):
        raise outcome
    return outcome


async def keep(work: Work, key: Key, status: int, body: bytes | memoryview) -> None:
    """Store the answer beside its effect."""
    await work.fetch(SQL.keep_answer, work.tenant_id, key.text, status, bytes(body), key.holder)


async def find(work: Work, keys: Sequence[Key]) -> dict[tuple[str, str], Answer | AppError]:
    """Return what was answered under these keys before, or IdempotencyKeyReused, by their place."""
    fingerprints = {key.place: key.fingerprint for key in keys}
    rows = await work.fetch(
        SQL.find_keys,
        work.tenant_id,
        [holder for holder, _ in fingerprints],
        [text for _, text in fingerprints],
    )
    return {
        (row["holder"], row["key"]): _stored(row, fingerprints[row["holder"], row["key"]])
        for row in rows
    }


def _stored(row: Any, fingerprint: bytes) -> Answer | AppError:
    """Return what a request gets whose key came before: the first answer, or why not."""
    if bytes(row["fingerprint"]) != fingerprint:
        return IdempotencyKeyReused(field="Idempotency-Key")
    if bytes(row["body"]) == ERASED:
        return AnswerErased(field="Idempotency-Key")
    return Answer(row["status"], bytes(row["body"]), replayed=True)


def keep_all(work: Work, answers: Sequence[tuple[Key, Answer]]) -> None:
    """Claim keys and store their answers beside the effect, in the order of keys.

    When another transaction has used one of them in the meantime, the database says so as a
    serialization failure: the caller begins anew and finds that answer.
    """
    if answers:
        ordered = sorted(answers, key=lambda pair: pair[0].place)
        work.write(
            "laurels.keep_answers",
            work.tenant_id,
            uniform([key.holder for key, _ in ordered]),
            [key.text for key, _ in ordered],
            [key.fingerprint for key, _ in ordered],
            uniform([answer.status for _, answer in ordered]),
            [answer.body for _, answer in ordered],
        )


async def scrub(work: Work, words: Sequence[str]) -> None:
    """No stored answer and no key holds any of these words; the keys still refuse a repeat.

    For the erasure of a person: a repeated request is then told AnswerErased.
    """
    if not words:
        return
    await work.fetch(SQL.delete_unanswered_keys, work.tenant_id, list(words))
    await work.fetch(SQL.scrub_answers, work.tenant_id, list(words), ERASED)


async def forget_old(work: Work, *, limit: int = 10_000) -> int:
    """Delete answers that are past their days, at most `limit`; return how many went."""
    rows = await work.fetch(SQL.delete_old_keys, work.tenant_id, utc_now() - RETENTION, limit)
    return len(rows)
