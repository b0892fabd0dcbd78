"""Webhook endpoints: who outside is told of what, and the secrets that sign it."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

import asyncpg

from laurels import audit, outbound
from laurels.config import settings
from laurels.kit.crypto import vault
from laurels.kit.db.sql import statements
from laurels.kit.http.paging import ALL, MAX_PAGE, Asked, Found, Listing
from laurels.kit.values.ids import new_id
from laurels.kit.work import Work

from .addresses import check_url
from .bounds import may_be_one_more
from .catalogue import CATALOGUE
from .catalogue.events import WebhookEndpointDisabled, WebhookEndpointTested
from .errors import EndpointDisabled, EndpointNotFound, TooManyEndpoints, UnknownEventType
from .outbox import emit
from .signing import new_secret

SQL = statements(__name__)

CHANNEL = "webhook"
"""What the queue calls webhooks."""
MAX_ENDPOINTS = 50
MAX_REPLAY = 10_000
OVERLAP_HOURS = 24
"""How long deliveries are signed with the old secret too after a rotation."""


async def create_endpoint(
    work: Work, *, url: str, description: str | None, event_types: Sequence[str]
) -> tuple[asyncpg.Record, str]:
    """The endpoint is told what happens from now on; return it and its secret, shown only now.

    Raise Invalid for an address that webhooks may not go to, UnknownEventType, TooManyEndpoints.
    """
    _check(url, event_types)
    # The tenant's row stands for the number of its endpoints.
    await work.fetch("select 1 from laurels.tenants where id = $1 for update", work.tenant_id)
    there = len(await list_endpoints(work))
    if there >= MAX_ENDPOINTS:
        raise TooManyEndpoints(limit=MAX_ENDPOINTS)
    await may_be_one_more(work, there)
    endpoint_id, secret = new_id(), new_secret()
    await work.fetch(
        SQL.create_endpoint,
        work.tenant_id,
        endpoint_id,
        url,
        description,
        list(event_types),
        vault().encrypt(secret),
    )
    await _note(work, "created", endpoint_id, after={"url": url, "event_types": list(event_types)})
    return await get_endpoint(work, endpoint_id), secret


ENDPOINTS = Listing(
    moment="created_at", happened="Made", sorts={"created_at": None}, limit=MAX_PAGE
)


async def list_endpoints(work: Work, asked: Asked = ALL) -> Found[dict[str, Any]]:
    """Return endpoints, usually newest first, without their secrets."""
    sql = f"{SQL.endpoints} and status <> 'deleted'"
    return await ENDPOINTS.fetch(work, asked, sql, work.tenant_id)


async def get_endpoint(work: Work, endpoint_id: UUID, *, lock: bool = False) -> asyncpg.Record:
    """Return an endpoint without its secret. Raise EndpointNotFound."""
    sql = f"{SQL.endpoints} and id = $2 and status <> 'deleted'{' for update' if lock else ''}"
    row = await work.fetchrow(sql, work.tenant_id, endpoint_id)
    if row is None:
        raise EndpointNotFound
    return row


async def change_endpoint(work: Work, endpoint_id: UUID, changes: dict[str, Any]) -> asyncpg.Record:
    """The endpoint has these values; what is not among the changes stays.

    When it is disabled, what waits for it is stopped. Raise EndpointNotFound, Invalid,
    UnknownEventType.
    """
    before = await get_endpoint(work, endpoint_id, lock=True)
    after = {**before, **changes}
    _check(after["url"], after["event_types"])
    await work.fetch(
        SQL.change_endpoint,
        work.tenant_id,
        endpoint_id,
        after["url"],
        after["description"],
        list(after["event_types"]),
        after["status"],
    )
    if before["status"] == "enabled" and after["status"] == "disabled":
        await outbound.stop(work, CHANNEL, "the endpoint was disabled", destination_id=endpoint_id)
        emit(work, [WebhookEndpointDisabled(None, work.now, endpoint_id, "switched off")])
    changed = [name for name in changes if before[name] != after[name]]
    await _note(
        work,
        "changed",
        endpoint_id,
        before={name: before[name] for name in changed},
        after={name: after[name] for name in changed},
    )
    return await get_endpoint(work, endpoint_id)


async def delete_endpoint(work: Work, endpoint_id: UUID) -> None:
    """The endpoint is told nothing more and its secrets are gone. Raise EndpointNotFound."""
    before = await get_endpoint(work, endpoint_id, lock=True)
    await work.fetch(SQL.delete_endpoint, work.tenant_id, endpoint_id)
    await outbound.stop(work, CHANNEL, "the endpoint was deleted", destination_id=endpoint_id)
    await _note(work, "deleted", endpoint_id, before={"url": before["url"]})


async def rotate_secret(work: Work, endpoint_id: UUID) -> tuple[asyncpg.Record, str]:
    """The endpoint has a new secret; for 24 hours deliveries are signed with the old one too.

    Return it and the secret, which is shown only now. Raise EndpointNotFound.
    """
    await get_endpoint(work, endpoint_id, lock=True)
    secret = new_secret()
    await work.fetch(
        SQL.rotate_secret, work.tenant_id, endpoint_id, vault().encrypt(secret), OVERLAP_HOURS
    )
    await _note(work, "secret_rotated", endpoint_id)
    return await get_endpoint(work, endpoint_id), secret


async def test_endpoint(work: Work, endpoint_id: UUID) -> None:
    """The endpoint is sent a test by the same way as everything else.

    Raise EndpointNotFound, or EndpointDisabled when it is told nothing.
    """
    await require_enabled(work, endpoint_id)
    emit(work, [WebhookEndpointTested(None, work.now, endpoint_id)])


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
    again = await outbound.replay(
        work,
        outbound.Destination(work.tenant_id, CHANNEL, endpoint_id),
        since=first,
        states=["dead", "stopped", *(["sent"] if delivered else [])],
        limit=MAX_REPLAY,
    )
    missed = await work.fetch(
        SQL.replay_since, work.tenant_id, endpoint_id, first, max(MAX_REPLAY - again, 0)
    )
    replayed = again + await outbound.enqueue(
        work,
        [
            outbound.NewMessage(
                channel=CHANNEL,
                destination_id=endpoint_id,
                type=row["type"],
                subject_id=row["id"],
                member_id=row["member_id"],
                position=row["position"],
            )
            for row in missed
        ],
    )
    await audit.record(
        work,
        "events.webhook_endpoint_replayed",
        "webhook_endpoint",
        endpoint_id,
        after={"since": since.isoformat(), "deliveries": replayed},
    )
    return replayed


async def require_enabled(work: Work, endpoint_id: UUID) -> asyncpg.Record:
    """Return an endpoint that is told things. Raise EndpointNotFound or EndpointDisabled."""
    row = await get_endpoint(work, endpoint_id)
    if row["status"] != "enabled":
        raise EndpointDisabled(reason=row["disabled_reason"])
    return row


async def disable_gone(work: Work, endpoint_id: UUID) -> None:
    """An endpoint that answered 410 Gone is disabled, and what waits for it is stopped."""
    row = await work.fetchrow(SQL.disable_gone, work.tenant_id, endpoint_id)
    if row is None:
        return
    await outbound.stop(work, CHANNEL, "the endpoint is gone", destination_id=endpoint_id)
    emit(work, [WebhookEndpointDisabled(None, work.now, endpoint_id, "answered 410 Gone")])
    await _note(
        work,
        "disabled",
        endpoint_id,
        before={"status": "enabled"},
        after={"status": "disabled", "disabled_reason": "answered 410 Gone"},
    )


def _check(url: str, event_types: Sequence[str]) -> None:
    check_url(url, allow_private=settings().webhook_allow_private)
    for place, name in enumerate(event_types):
        if name not in CATALOGUE:
            msg = f"There is no event `{name[:60]}`; see docs/reference/events.md."
            raise UnknownEventType(msg, field=f"event_types.{place}")


async def _note(
    work: Work,
    what: str,
    endpoint_id: UUID,
    *,
    before: dict[str, Any] | None = None,
    after: dict[str, Any] | None = None,
) -> None:
    await audit.record(
        work,
        f"events.webhook_endpoint_{what}",
        "webhook_endpoint",
        endpoint_id,
        before=before,
        after=after,
    )
