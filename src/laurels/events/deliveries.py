"""The delivery log, and sending again what is in it."""

from datetime import datetime
from typing import Any
from uuid import UUID

from laurels import audit
from laurels.kit.http.paging import FIRST, Asked, Found, Listing
from laurels.kit.work import Work

from .endpoints import get_endpoint, require_enabled
from .errors import DeliveryNotFound

MAX_REPLAY = 10_000
_COLUMNS = (
    "id, endpoint_id, event_id, event_type, state, attempts, next_attempt_at, last_status,"
    " last_error, created_at, finished_at"
)


DELIVERIES = Listing(moment="created_at", happened="Made", sorts={"created_at": None})


async def list_deliveries(
    work: Work,
    *,
    endpoint_id: UUID | None = None,
    event_id: UUID | None = None,
    event_type: str | None = None,
    state: str | None = None,
    asked: Asked = FIRST,
) -> Found[dict[str, Any]]:
    """Return deliveries, usually newest first."""
    # Written out, so that the planner sees which of the partial indexes fits.
    of_state = f" and state = '{state}'" if state in {"dead", "stopped", "waiting"} else ""
    return await DELIVERIES.fetch(
        work, asked,
        f"select {_COLUMNS} from laurels.webhook_deliveries where tenant_id = $1"
        " and ($2::uuid is null or endpoint_id = $2) and ($3::uuid is null or event_id = $3)"
        " and ($4::text is null or event_type = $4) and ($5::text is null or state = $5)"
        f"{of_state}",
        work.tenant_id, endpoint_id, event_id, event_type, state,
    )  # fmt: skip


async def get_delivery(work: Work, delivery_id: UUID) -> dict[str, Any]:
    """Return a delivery with its latest attempts, at most 100. Raise DeliveryNotFound."""
    row = await work.fetchrow(
        f"select {_COLUMNS} from laurels.webhook_deliveries where tenant_id = $1 and id = $2",
        work.tenant_id, delivery_id,
    )  # fmt: skip
    if row is None:
        raise DeliveryNotFound
    attempts = await work.fetch(
        "select sent_at, duration_ms, status, error, response from laurels.webhook_attempts"
        " where tenant_id = $1 and delivery_id = $2 order by id desc limit 100",
        work.tenant_id, delivery_id,
    )  # fmt: skip
    return {**row, "log": [dict(attempt) for attempt in attempts]}


async def replay_delivery(work: Work, delivery_id: UUID) -> dict[str, Any]:
    """The delivery is sent again, with all its attempts before it; return it.

    Later deliveries of the same member that wait then wait for it. Raise DeliveryNotFound or
    EndpointDisabled.
    """
    found = await get_delivery(work, delivery_id)
    await require_enabled(work, found["endpoint_id"])
    await work.fetch(
        "update laurels.webhook_deliveries set state = 'waiting', attempts = 0,"
        " next_attempt_at = now(), finished_at = null"
        " where tenant_id = $1 and id = $2 and claimed_until is null",
        work.tenant_id, delivery_id,
    )  # fmt: skip
    await audit.record(work, "events.webhook_delivery_replayed", "webhook_delivery", delivery_id)
    return await get_delivery(work, delivery_id)


async def replay_since(
    work: Work, endpoint_id: UUID, *, since: datetime, delivered: bool = False
) -> int:
    """What the endpoint missed since a moment is sent to it; return how much, at most 10,000.

    That is what is dead or stopped, and what it listens to and was never sent; with `delivered`
    also what arrived. Raise EndpointNotFound or EndpointDisabled.
    """
    await get_endpoint(work, endpoint_id, lock=True)
    await require_enabled(work, endpoint_id)
    first = UUID(int=max(0, int(since.timestamp() * 1000)) << 80)
    states = ["dead", "stopped", *(["delivered"] if delivered else [])]
    again = await work.fetch(
        "update laurels.webhook_deliveries set state = 'waiting', attempts = 0,"
        " next_attempt_at = now(), finished_at = null where tenant_id = $1 and id in ("
        "  select id from laurels.webhook_deliveries where tenant_id = $1 and endpoint_id = $2"
        "  and event_id >= $3 and state = any($4) order by position limit $5) returning 1",
        work.tenant_id, endpoint_id, first, states, MAX_REPLAY,
    )  # fmt: skip
    missed = await work.fetch(
        "insert into laurels.webhook_deliveries (tenant_id, endpoint_id, event_id, event_type,"
        " member_id, position, state, next_attempt_at, created_at)"
        " select $1, e.id, o.id, o.type, o.member_id, o.position, 'waiting', now(), now()"
        " from laurels.webhook_endpoints as e inner join laurels.outbox as o"
        "  on o.tenant_id = $1 and o.id >= $3 and o.position is not null and not o.historical"
        "  and laurels.is_told(e.id, e.event_types, o.type, o.payload)"
        " where e.tenant_id = $1 and e.id = $2 and not exists ("
        "  select from laurels.webhook_deliveries as d where d.tenant_id = $1"
        "  and d.event_id = o.id and d.endpoint_id = $2)"
        " order by o.position limit $4"
        " on conflict (tenant_id, event_id, endpoint_id) do nothing returning 1",
        work.tenant_id, endpoint_id, first, max(MAX_REPLAY - len(again), 0),
    )  # fmt: skip
    await audit.record(
        work,
        "events.webhook_endpoint_replayed",
        "webhook_endpoint",
        endpoint_id,
        after={"since": since.isoformat(), "deliveries": len(again) + len(missed)},
    )
    return len(again) + len(missed)
