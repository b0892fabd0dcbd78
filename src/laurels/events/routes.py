"""Events, live streams, dead letters and webhooks over HTTP."""

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Header, Query, Request
from starlette.responses import Response, StreamingResponse

from laurels.kit.crypto import SecretKeyMissing
from laurels.kit.http import expand as expanding
from laurels.kit.http.access import redact_on_replay, requires, token_of
from laurels.kit.http.expand import ExpansionsOf
from laurels.kit.http.openapi import error_responses
from laurels.kit.http.paging import Asked, Page
from laurels.kit.http.query import Switch
from laurels.kit.http.route import TransactionalRoute
from laurels.kit.work import Work
from laurels.permissions import Permission

from . import dead_letters, endpoints, queries
from .errors import (
    DeadLetterNotFound,
    EndpointDisabled,
    EndpointNotFound,
    EventNotFound,
    EventsForgotten,
    TooManyEndpoints,
    TooManyStreams,
    UnknownEventType,
)
from .schemas import (
    AcceptedOut,
    DeadLetterOut,
    EndpointId,
    EndpointIn,
    EndpointOut,
    EndpointPatch,
    EventId,
    EventOut,
    LetterId,
    ListedEventOut,
    MemberId,
    ReplayIn,
    ReplayOut,
    SecretOut,
)
from .stored_events import StoredEvent
from .streaming import EventStream, Streams
from .telling import told

router = APIRouter(prefix="/v1", tags=["events"], route_class=TransactionalRoute)
Reading = Annotated[Work, requires(Permission.EVENTS_READ)]
Writing = Annotated[Work, requires(Permission.EVENTS_WRITE)]
Following = Annotated[Work, requires(Permission.EVENTS_READ, feature="event_stream")]
Configuring = Annotated[Work, requires(Permission.EVENTS_CONFIGURE)]
Making = Annotated[Work, requires(Permission.EVENTS_CONFIGURE, feature="webhooks")]
Replaying = Annotated[Work, requires(Permission.EVENTS_WRITE, dry_run=True)]
Types = Annotated[
    str | None,
    Query(max_length=2000, description="Types of events, separated by commas; by default all."),
]


def _out(work: Work, event: StoredEvent) -> dict[str, Any]:
    return {**told(event, work.tenant_id), "cause_id": event.cause}


@router.get("/events")
@error_responses(UnknownEventType, EventNotFound, EventsForgotten)
async def list_events(
    work: Reading,
    asked: Annotated[Asked, Depends(queries.EVENTS)],
    types: Types = None,
    historical: Annotated[
        Switch, Query(description="Include the events of imported history.")
    ] = False,
    member_id: Annotated[
        MemberId | None, Query(description="Only what happened to this member.")
    ] = None,
    expand: Annotated[str, ExpansionsOf("event"), Query()] | None = None,
) -> Page[ListedEventOut]:
    """List the events of the last 30 days, newest first."""
    found = await queries.list_events(
        work,
        types=queries.read_types(types),
        historical=historical,
        member_id=member_id,
        asked=asked,
    )
    rows = [{"id": event.id, "member_id": event.member_id} for event in found]
    more = await expanding.expand(work, "event", expand, rows)
    return found.page(
        ListedEventOut.model_validate({**_out(work, event), "expanded": more.get(event.id)})
        for event in found
    )


@router.get(
    "/events/stream",
    response_class=StreamingResponse,
    responses={200: {"content": {"text/event-stream": {"schema": {"type": "string"}}}}},
)
@error_responses("feature_off", UnknownEventType, EventNotFound, EventsForgotten, TooManyStreams)
async def stream_events(
    request: Request,
    work: Following,
    types: Types = None,
    after: Annotated[EventId | None, Query(description="Continue after this event.")] = None,
    last_event_id: Annotated[EventId | None, Header()] = None,
) -> Response:
    """Stream events live, as server-sent events.

    Each has the id of its event; a client that reconnects with `Last-Event-ID` (or `after`) misses
    nothing of the last 30 days. Without either, the stream starts now. An older id is answered with
    410. A comment every 15 seconds keeps the stream alive. A key can have ten streams per process;
    a revoked key's stream tells nothing more after five seconds.
    """
    names, streams = queries.read_types(types), _streams(request)
    known = last_event_id or after
    if known is None:
        place = await queries.last_position(work)
    else:
        place = (await queries.get_event(work, known)).position
    seat = streams.take_seat(work.tenant_id, work.actor.id or "", token_of(request))
    return EventStream(streams, seat, place, names)


def _streams(request: Request) -> Streams:
    return request.app.state.streams


@router.get("/events/{event_id}")
@error_responses(EventNotFound, EventsForgotten)
async def get_event(event_id: EventId, work: Reading) -> EventOut:
    """Read one event, and which one led to it."""
    event = await queries.get_event(work, event_id)
    return EventOut.model_validate(_out(work, event))


@router.get("/dead-letters")
async def list_dead_letters(
    work: Reading,
    asked: Annotated[Asked, Depends(dead_letters.LETTERS)],
    handler: Annotated[
        str | None, Query(max_length=100, description="Only those of this handler.")
    ] = None,
) -> Page[DeadLetterOut]:
    """List events that a handler failed to process, newest first."""
    rows = await dead_letters.list_dead_letters(work, handler=handler, asked=asked)
    return rows.page(DeadLetterOut.model_validate(row) for row in rows)


@router.get("/dead-letters/{dead_letter_id}")
@error_responses(DeadLetterNotFound)
async def get_dead_letter(dead_letter_id: LetterId, work: Reading) -> DeadLetterOut:
    """Read one dead letter."""
    row = await dead_letters.get_dead_letter(work, dead_letter_id)
    return DeadLetterOut.model_validate(dict(row))


@router.post("/dead-letters/{dead_letter_id}/replay", status_code=202)
@error_responses(DeadLetterNotFound)
async def replay_dead_letter(dead_letter_id: LetterId, work: Writing) -> AcceptedOut:
    """Give the event to the handler again."""
    await dead_letters.replay_dead_letter(work, dead_letter_id)
    return AcceptedOut()


@router.post("/dead-letters/{dead_letter_id}/discard")
@error_responses(DeadLetterNotFound)
async def discard_dead_letter(dead_letter_id: LetterId, work: Writing) -> AcceptedOut:
    """Discard a dead letter; it is not tried again."""
    await dead_letters.discard_dead_letter(work, dead_letter_id)
    return AcceptedOut()


# -- webhooks ------------------------------------------------------------------------------------


@router.post("/webhook-endpoints", status_code=201, dependencies=[redact_on_replay("secret")])
@error_responses(
    "feature_off", SecretKeyMissing, UnknownEventType, TooManyEndpoints, "plan_exceeded"
)
async def create_webhook_endpoint(body: EndpointIn, work: Making) -> SecretOut:
    """Create a webhook endpoint. Its secret is shown only in this answer."""
    row, secret = await endpoints.create_endpoint(
        work, url=body.url, description=body.description, event_types=body.event_types
    )
    return SecretOut.model_validate({**row, "secret": secret})


@router.get("/webhook-endpoints")
async def list_webhook_endpoints(
    work: Reading, asked: Annotated[Asked, Depends(endpoints.ENDPOINTS)]
) -> Page[EndpointOut]:
    """List webhook endpoints, newest first."""
    rows = await endpoints.list_endpoints(work, asked)
    return rows.page(EndpointOut.model_validate(row) for row in rows)


@router.get("/webhook-endpoints/{webhook_endpoint_id}")
@error_responses(EndpointNotFound)
async def get_webhook_endpoint(webhook_endpoint_id: EndpointId, work: Reading) -> EndpointOut:
    """Read one webhook endpoint."""
    row = await endpoints.get_endpoint(work, webhook_endpoint_id)
    return EndpointOut.model_validate(dict(row))


@router.patch("/webhook-endpoints/{webhook_endpoint_id}")
@error_responses(EndpointNotFound, UnknownEventType)
async def change_webhook_endpoint(
    webhook_endpoint_id: EndpointId, body: EndpointPatch, work: Configuring
) -> EndpointOut:
    """Change the fields that are sent. Disabling the endpoint stops its waiting deliveries."""
    changes = body.changes()
    row = await endpoints.change_endpoint(work, webhook_endpoint_id, changes)
    return EndpointOut.model_validate(dict(row))


@router.delete("/webhook-endpoints/{webhook_endpoint_id}", status_code=204)
@error_responses(EndpointNotFound)
async def delete_webhook_endpoint(webhook_endpoint_id: EndpointId, work: Configuring) -> None:
    """Delete a webhook endpoint. Waiting deliveries are stopped; its log stays for 30 days."""
    await endpoints.delete_endpoint(work, webhook_endpoint_id)


@router.post(
    "/webhook-endpoints/{webhook_endpoint_id}/secret/rotate",
    dependencies=[redact_on_replay("secret")],
)
@error_responses(EndpointNotFound, SecretKeyMissing)
async def rotate_webhook_secret(webhook_endpoint_id: EndpointId, work: Configuring) -> SecretOut:
    """Give the endpoint a new secret. The old one also signs for another 24 hours."""
    row, secret = await endpoints.rotate_secret(work, webhook_endpoint_id)
    return SecretOut.model_validate({**row, "secret": secret})


@router.post("/webhook-endpoints/{webhook_endpoint_id}/test", status_code=202)
@error_responses(EndpointNotFound, EndpointDisabled)
async def test_webhook_endpoint(webhook_endpoint_id: EndpointId, work: Writing) -> AcceptedOut:
    """Send the endpoint a `webhook_endpoint.tested` event, whatever types it listens to."""
    await endpoints.test_endpoint(work, webhook_endpoint_id)
    return AcceptedOut()


@router.post("/webhook-endpoints/{webhook_endpoint_id}/replay", status_code=202)
@error_responses(EndpointNotFound, EndpointDisabled)
async def replay_webhook_endpoint(
    webhook_endpoint_id: EndpointId, body: ReplayIn, work: Replaying
) -> ReplayOut:
    """Resend what the endpoint missed since a given time, at most 10,000 deliveries at once."""
    count = await endpoints.replay_since(
        work, webhook_endpoint_id, since=body.since, delivered=body.delivered
    )
    return ReplayOut(deliveries=count)
