"""Delivering by providers: claim, call, book. No transaction is open while a provider is called.

A claim puts the next attempt off for longer than a call can take. So a worker may be killed at any
moment: what it had claimed is due again, and the provider, who is given the same reference, says
what it delivered the first time. What comes too late finds the redemption moved and changes
nothing.
"""

import asyncio
import logging
from dataclasses import dataclass
from typing import Any

from prometheus_client import Counter

from laurels import tenants
from laurels.kit.db.pool import Database
from laurels.kit.values.ids import encode
from laurels.kit.values.text import printable
from laurels.kit.work import Work, open_work

from . import ending, queries
from .ending import Delivery
from .errors import CodeTaken, RedemptionMoved
from .providers import Delivered, Order, Undeliverable, provider_of
from .values import valid_until

log = logging.getLogger("laurels.rewards")

DELIVERIES = Counter(
    "laurels_reward_deliveries", "Attempts of providers to deliver, by what came of them.",
    ["outcome"],
)  # fmt: skip
MAX_CLAIMS = 50
"""How often a delivery is taken up: a provider that kills its worker is given up then."""
MAX_REASON = 500


@dataclass(frozen=True, slots=True)
class Manner:
    """How deliveries are made; the defaults are what an installation wants."""

    timeout_seconds: float = 20.0
    slack_seconds: float = 20.0
    at_once: int = 20
    of_one_tenant: int = 5
    look_every: float = 1.0
    grace_seconds: float = 5.0


@dataclass(frozen=True, slots=True)
class Claimed:
    """An order that this worker has taken up, with the number of the claim."""

    order: Order
    fulfilment: str
    claim: int


async def run_fulfilment(
    database: Database, stop: asyncio.Event, *, manner: Manner | None = None
) -> None:
    """Deliver what providers are to deliver until `stop` is set. Any number of workers may."""
    how = manner or Manner()
    under_way: set[asyncio.Task[None]] = set()
    try:
        while not stop.is_set():
            under_way = {task for task in under_way if not task.done()}
            claimed = await _look(database, how, how.at_once - len(under_way))
            under_way |= {asyncio.create_task(_deliver(database, how, each)) for each in claimed}
            await _rest(stop, how.look_every)
        if under_way:
            await asyncio.wait(under_way, timeout=how.grace_seconds)
    finally:
        for task in under_way:
            task.cancel()
        await asyncio.gather(*under_way, return_exceptions=True)


async def _rest(stop: asyncio.Event, seconds: float) -> None:
    try:
        async with asyncio.timeout(seconds):
            await stop.wait()
    except TimeoutError:
        return


async def deliver_waiting(database: Database, *, manner: Manner | None = None) -> int:
    """Deliver here and now what is due; return how many attempts were made."""
    how = manner or Manner()
    claimed = await _look(database, how, how.at_once)
    await asyncio.gather(*(_deliver(database, how, each) for each in claimed))
    return len(claimed)


async def _look(database: Database, how: Manner, free: int) -> list[Claimed]:
    """Claim what is due, of each tenant a few."""
    if free <= 0:
        return []
    async with database.connection() as raw:
        rows = await raw.fetch("select * from laurels.tenants_with_undelivered($1)", free)
    found: list[Claimed] = []
    for (tenant_id,) in rows:
        room = min(free - len(found), how.of_one_tenant)
        if room > 0:
            async with open_work(database, tenant_id=tenant_id) as work:
                found += await claim(work, room, how.timeout_seconds + how.slack_seconds)
    return found


async def claim(work: Work, limit: int, seconds: float) -> list[Claimed]:
    """Take up redemptions that are due; nobody else does for so many seconds."""
    rows = await work.fetch(
        "update laurels.redemptions as d set attempts = d.attempts + 1,"
        " next_attempt_at = now() + $3 * interval '1 second'"
        " where d.tenant_id = $1 and d.id in (select q.id from laurels.redemptions as q"
        "  where q.tenant_id = $1 and q.next_attempt_at <= now()"
        "  order by q.next_attempt_at, q.id limit $2 for no key update skip locked)"
        f" returning {queries.REDEMPTION}",
        work.tenant_id, limit, seconds,
    )  # fmt: skip
    time_zone = (await tenants.current(work)).time_zone
    return [_claimed(work, row, time_zone) for row in rows]


def _claimed(work: Work, row: Any, time_zone: str) -> Claimed:
    reward = row["reward"]
    order = Order(
        reference=encode("redemption", row["id"]),
        tenant_id=work.tenant_id,
        redemption_id=row["id"],
        member_id=row["member_id"],
        reward_id=row["reward_id"],
        reward=reward,
        quantity=row["quantity"],
        points=row["points_spent"],
        valid_until=valid_until(work.now, reward.get("redemption_expiry_days"), time_zone),
    )
    return Claimed(order, row["fulfilment"], row["attempts"])


async def _deliver(database: Database, how: Manner, claimed: Claimed) -> None:
    """Call the provider and book what came of it. What cannot be booked is due again by itself."""
    order = claimed.order
    outcome: Delivered | str
    final = claimed.claim >= MAX_CLAIMS
    try:
        provider = provider_of(claimed.fulfilment)
        if provider is None:
            outcome = f"nobody delivers `{claimed.fulfilment}`"
        else:
            async with asyncio.timeout(how.timeout_seconds):
                outcome = await provider(database, order)
    except Undeliverable as error:
        outcome, final = _words(error), True
    except TimeoutError:
        outcome = f"no answer within {how.timeout_seconds:g} seconds"
    except Exception as error:  # noqa: BLE001 - whatever it is, it is a failed attempt
        outcome = _words(error)
    try:
        await book(database, claimed, outcome, final=final)
    except Exception:
        # Others are being delivered beside it, whatever it is.
        log.exception("what came of %s could not be booked; it is due again", order.reference)


def _words(error: Exception) -> str:
    return printable(f"{type(error).__name__}: {error}")[:MAX_REASON]


async def book(
    database: Database, claimed: Claimed, outcome: Delivered | str, *, final: bool = False
) -> None:
    """What a provider delivered, or why it did not, is in the books, once.

    A failure counts only for the claim that had it; a delivery counts whenever it arrives, as long
    as the redemption waits for it.
    """
    order = claimed.order
    async with open_work(database, tenant_id=order.tenant_id) as work:
        if isinstance(outcome, Delivered) and (outcome.valid_until or work.now) < work.now:
            outcome, final = "what was delivered had already expired (`valid_until`)", True
        try:
            if isinstance(outcome, Delivered):
                delivery = Delivery(
                    code=outcome.code, notes=outcome.notes,
                    expires_at=outcome.valid_until or order.valid_until,
                )  # fmt: skip
                try:
                    await ending.complete(work, order.redemption_id, delivery)
                except CodeTaken as error:
                    outcome = error.message
            if not isinstance(outcome, Delivered):
                row = await ending.lock_one(work, order.redemption_id)
                if row["attempts"] != claimed.claim:
                    DELIVERIES.labels("overtaken").inc()
                    return
                await ending.fail(work, order.redemption_id, outcome, final=final)
        except RedemptionMoved:
            # It was cancelled or delivered by somebody else in the meantime.
            DELIVERIES.labels("overtaken").inc()
            return
    if isinstance(outcome, Delivered):
        DELIVERIES.labels("delivered").inc()
    else:
        DELIVERIES.labels("failed").inc()
        log.warning("redemption %s was not delivered: %s", order.reference, outcome)
