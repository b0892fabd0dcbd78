"""What becomes of a redemption: delivered, failed, called off, expired, taken back.

Locks are taken in one order: members, redemptions, rewards, wallets. A redemption moves once,
under its lock, so its points come back at most once, whoever asks and however often.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

import orjson

from laurels import audit, ledger, members, outbound, tenants
from laurels.events import emit
from laurels.events.catalogue import Event
from laurels.events.catalogue.rewards import (
    RedemptionCancelled,
    RedemptionCompleted,
    RedemptionExpired,
    RedemptionFailed,
    RedemptionRefunded,
)
from laurels.kit.db.sql import statements
from laurels.kit.errors import AppError
from laurels.kit.values.ids import encode
from laurels.kit.values.time import require_future
from laurels.kit.work import Work

from . import queries, stock
from .errors import RedemptionInvalid, RedemptionNotFound
from .queries import Row
from .settings import RewardSettings
from .states import transition
from .values import check_discount, valid_until
from .vouchers import give_code

SQL = statements(__name__)

MAX_FAILURES = len(outbound.Provider.delays) + 1
"""How many attempts fail before a redemption has failed for good."""


async def lock(work: Work, redemption_ids: Sequence[UUID]) -> dict[UUID, Row]:
    """Return redemptions by id, locked after their members, as a merge locks them."""
    while True:
        found = await queries.find_redemptions(work, redemption_ids)
        owners = {row["member_id"] for row in found.values()}
        if owners:
            await members.get_facts(work, sorted(owners), lock=True)
        rows = await queries.lock_redemptions(work, redemption_ids)
        if {row["member_id"] for row in rows.values()} <= owners:
            return rows


async def lock_one(work: Work, redemption_id: UUID) -> Row:
    """Return a redemption, locked. Raise RedemptionNotFound."""
    row = (await lock(work, [redemption_id])).get(redemption_id)
    if row is None:
        raise RedemptionNotFound
    return row


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery:
    """What was delivered: a code, a note for staff, what it is worth, until when it can be used."""

    code: str | None = None
    notes: str | None = None
    discount_amount: Decimal | None = None
    expires_at: datetime | None = None


async def complete(work: Work, redemption_id: UUID, delivery: Delivery) -> None:
    """The redemption is delivered; the days in which it can be used begin.

    Raise RedemptionNotFound, RedemptionMoved, RedemptionInvalid or CodeTaken.
    """
    row = await lock_one(work, redemption_id)
    state = transition("complete", row["state"])
    await tenants.require_active(work)
    require_future(delivery.expires_at, work.now, field="expires_at", error=RedemptionInvalid)
    tenant = await tenants.current(work)
    check_discount(delivery.discount_amount, row["reward"], row["quantity"], tenant.currency)
    if delivery.code is not None:
        await give_code(work, row, delivery.code)
    days: int | None = row["reward"].get("redemption_expiry_days")
    await work.fetch(
        SQL.complete,
        work.tenant_id,
        redemption_id,
        state,
        work.now,
        delivery.expires_at or valid_until(work.now, days, tenant.time_zone),
        delivery.code,
        delivery.notes,
        delivery.discount_amount,
        work.actor.kind,
        work.actor.id,
    )
    await _call_off(work, [row])
    await note(work, row, "completed", state, notes=delivery.notes)
    emit(work, [RedemptionCompleted(row["member_id"], work.now, redemption_id, row["reward_id"])])


async def fail(work: Work, redemption_id: UUID, reason: str, *, final: bool = False) -> None:
    """An attempt to deliver has failed; after the last one, or a `final` one, points come back.

    Raise RedemptionNotFound or RedemptionMoved.
    """
    row = await lock_one(work, redemption_id)
    state = transition("fail", row["state"])
    failures = row["retry_count"] + 1
    if not final and failures < MAX_FAILURES:
        await work.fetch(SQL.fail, work.tenant_id, redemption_id, failures, reason)
        await note(work, row, "attempt_failed", row["state"], reason=reason)
        return
    await work.fetch(SQL.note_failure, work.tenant_id, redemption_id, failures, reason)
    await _end(work, [row], state)
    await note(work, row, "failed", state, reason=reason)


async def cancel(work: Work, redemption_id: UUID, reason: str | None = None) -> None:
    """The redemption is called off before it was delivered; its points are back.

    Raise RedemptionNotFound or RedemptionMoved.
    """
    row = await lock_one(work, redemption_id)
    state = transition("cancel", row["state"])
    await _end(work, [row], state)
    await note(work, row, "cancelled", state, reason=reason)


async def refund(
    work: Work, redemption_id: UUID, *, reason: str | None, force: bool, restock: bool
) -> None:
    """A delivered redemption is taken back; its points are back, and its code is worth nothing.

    With `force` also one that was used or has expired. `restock` says that the thing itself can be
    had again. Raise RedemptionNotFound, RedemptionMoved or ForceNeeded.
    """
    row = await lock_one(work, redemption_id)
    state = transition("refund", row["state"], force=force)
    await _end(work, [row], state, restock=restock)
    await note(work, row, "refunded", state, reason=reason)


async def expire_due(work: Work, *, limit: int) -> int:
    """Redemptions that nobody used in time have expired, at most `limit`; return how many."""
    due = await work.fetch(SQL.list_expired, work.tenant_id, work.now, limit)
    await _expire(work, [row["id"] for row in due])
    return len(due)


async def expire_of(work: Work, member_ids: Sequence[UUID]) -> None:
    """What these members did not use in time has expired, whether or not a job came by."""
    due = await work.fetch(SQL.list_expired_of, work.tenant_id, list(member_ids), work.now)
    await _expire(work, [row["id"] for row in due])


async def _expire(work: Work, redemption_ids: Sequence[UUID]) -> None:
    if not redemption_ids:
        return
    locked = await lock(work, redemption_ids)
    rows = [row for row in locked.values() if is_over(row, work.now)]
    settings = await tenants.read(work, RewardSettings)
    await _end(work, rows, "expired", points_back=settings.return_points_on_expiry)


def is_over(row: Row, now: datetime) -> bool:
    """Tell whether a redemption can be used no more, also when no job has said so yet."""
    return (
        row["state"] == "completed" and row["expires_at"] is not None and row["expires_at"] <= now
    )


async def next_expiry(work: Work) -> datetime | None:
    """Return when the next redemption expires, also when that has passed; None when none will."""
    row = await work.fetchrow(SQL.next_expiry, work.tenant_id)
    return None if row is None else row[0]


async def describe(work: Work, redemption_id: UUID, values: Mapping[str, Any]) -> None:
    """The redemption has these notes and attributes; what is not named stays.

    Raise RedemptionNotFound.
    """
    row = await lock_one(work, redemption_id)
    if not values:
        return
    said = {name: row[name] for name in ("notes", "attributes")} | dict(values)
    await work.fetch(
        SQL.set_notes,
        work.tenant_id,
        redemption_id,
        said["notes"],
        orjson.dumps(said["attributes"]).decode(),
    )
    await note(work, row, "noted", row["state"], **values)


# The end of a redemption --------------------------------------------------------------------------

_ENDS: dict[str, type[Any]] = {
    "expired": RedemptionExpired,
    "failed": RedemptionFailed,
    "cancelled": RedemptionCancelled,
    "refunded": RedemptionRefunded,
}


async def _end(
    work: Work, rows: Sequence[Row], state: str, *, points_back: bool = True, restock: bool = True
) -> None:
    """These locked redemptions have ended in this state, and gave back what they took.

    One that has expired stays counted, whether its points come back or not: it was had.
    """
    if not rows:
        return
    await _call_off(work, rows)
    if state != "expired":
        await _put_back(work, rows, restock=restock)
    returned = await _return_points(work, rows) if points_back else {}
    await work.fetch(
        SQL.end,
        work.tenant_id,
        [row["id"] for row in rows],
        state,
        work.now,
        [returned[row["id"]][0] if row["id"] in returned else None for row in rows],
    )
    told: list[Event] = [
        _ENDS[state](
            row["member_id"],
            work.now,
            row["id"],
            row["reward_id"],
            returned[row["id"]][1] if row["id"] in returned else 0,
        )
        for row in rows
    ]
    emit(work, told)


async def _call_off(work: Work, rows: Sequence[Row]) -> None:
    """No provider delivers these any more."""
    waiting = [row for row in rows if row["state"] == "pending"]
    for channel in {row["fulfilment"] for row in waiting} - {"manual"}:
        ids = [row["id"] for row in waiting if row["fulfilment"] == channel]
        await outbound.stop(work, channel, "the redemption has moved on", subject_ids=ids)


async def _put_back(work: Work, rows: Sequence[Row], *, restock: bool) -> None:
    """Rewards count these redemptions no more; what was in stock is in stock again."""
    counts: dict[UUID, int] = {}
    for row in rows:
        counts[row["reward_id"]] = counts.get(row["reward_id"], 0) + row["quantity"]
    await queries.lock_rewards(work, sorted(counts))
    await stock.move(work, {each: -number for each, number in counts.items()}, restock=restock)


async def _return_points(work: Work, rows: Sequence[Row]) -> dict[UUID, tuple[UUID, int]]:
    """What was paid is back in its lots; return the movements and their points by redemption.

    What somebody has reversed by hand already moves nothing more, and nobody paid for gifts.
    """
    rows = [row for row in rows if row["transaction_id"] is not None]
    posted = await ledger.post(
        work,
        [
            ledger.Reversal(
                transaction_id=row["transaction_id"],
                type="refunded",
                source="redemption",
                source_id=encode("redemption", row["id"]),
            )
            for row in rows
        ],
        keys_are_fresh=True,
    )
    found: dict[UUID, tuple[UUID, int]] = {}
    for row, outcome in zip(rows, posted, strict=True):
        if isinstance(outcome, AppError):
            raise outcome
        if outcome.transaction is not None:
            found[row["id"]] = (outcome.transaction.id, outcome.transaction.points)
    return found


async def note(work: Work, row: Row, done: str, state: str, **more: Any) -> None:
    """The audit log says what was done to a redemption, and why."""
    await audit.record(
        work,
        f"redemption.{done}",
        "redemption",
        row["id"],
        before={"state": row["state"]},
        after={"state": state, **{name: words for name, words in more.items() if words}},
    )
