"""Messages that leave the system, over HTTP."""

from datetime import timedelta
from typing import Annotated, Literal

from fastapi import APIRouter, Depends, Query

from laurels.kit.http.access import requires
from laurels.kit.http.openapi import error_responses
from laurels.kit.http.paging import Asked, Page
from laurels.kit.http.route import TransactionalRoute
from laurels.kit.values.fields import Code
from laurels.kit.values.time import utc_now
from laurels.kit.work import Work
from laurels.permissions import Permission

from . import service
from .errors import MessageNotFound, MessageWaiting
from .schemas import (
    AnyId,
    DestinationOut,
    DestinationsOut,
    MemberId,
    MessageDetailOut,
    MessageId,
    MessageOut,
    uuid_of,
)

router = APIRouter(
    prefix="/v1/outbound-messages", tags=["outbound"], route_class=TransactionalRoute
)
Reading = Annotated[Work, requires(Permission.OUTBOUND_READ)]
Writing = Annotated[Work, requires(Permission.OUTBOUND_WRITE)]


@router.get("")
async def list_outbound_messages(
    work: Reading,
    asked: Annotated[Asked, Depends(service.MESSAGES)],
    channel: Annotated[
        Code | None, Query(description="`webhook`, `mail`, or `provider:` and a name.")
    ] = None,
    type: Annotated[  # noqa: A002 - the field's name
        Code | None, Query(description="What they say, such as `purchase.completed`.")
    ] = None,
    state: Annotated[Literal["waiting", "sent", "dead", "stopped"] | None, Query()] = None,
    destination_id: Annotated[
        AnyId | None, Query(description="Where they go, such as a webhook endpoint.")
    ] = None,
    subject_id: Annotated[
        AnyId | None, Query(description="What they are about, such as an event or a redemption.")
    ] = None,
    member_id: Annotated[MemberId | None, Query(description="The member they are about.")] = None,
) -> Page[MessageOut]:
    """List messages of the last 30 days, newest first."""
    rows = await service.list_messages(
        work,
        channel=channel,
        type=type,
        state=state,
        member_id=member_id,
        asked=asked,
        destination_id=uuid_of(destination_id) if destination_id else None,
        subject_id=uuid_of(subject_id) if subject_id else None,
    )
    return rows.page(MessageOut.model_validate(row) for row in rows)


@router.get("/destinations")
async def list_outbound_destinations(work: Reading) -> DestinationsOut:
    """Count what became of the messages of the last 24 hours, by destination."""
    rows = await service.summary(work, since=utc_now() - timedelta(hours=24))
    return DestinationsOut(data=[DestinationOut.model_validate(row) for row in rows])


@router.get("/{outbound_message_id}")
@error_responses(MessageNotFound)
async def get_outbound_message(outbound_message_id: MessageId, work: Reading) -> MessageDetailOut:
    """Read one message with its attempts."""
    return MessageDetailOut.model_validate(await service.get_message(work, outbound_message_id))


@router.post("/{outbound_message_id}/replay", status_code=202)
@error_responses(
    MessageNotFound, MessageWaiting, "webhook_endpoint_not_found", "webhook_endpoint_disabled"
)
async def replay_outbound_message(
    outbound_message_id: MessageId, work: Writing
) -> MessageDetailOut:
    """Send one message again, also one that arrived. Its receiver sees the same id."""
    return MessageDetailOut.model_validate(await service.replay_message(work, outbound_message_id))


@router.post("/{outbound_message_id}/discard")
@error_responses(MessageNotFound)
async def discard_outbound_message(
    outbound_message_id: MessageId, work: Writing
) -> MessageDetailOut:
    """Give up a message that is waiting or dead; it is not sent any more."""
    return MessageDetailOut.model_validate(await service.discard_message(work, outbound_message_id))
