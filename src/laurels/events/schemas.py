"""Events, webhook endpoints and deliveries as the API tells and takes them."""

from datetime import datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import AfterValidator, Field, StringConstraints

from laurels.kit.http.expand import Expanded
from laurels.kit.values.fields import Flag, IdOf, Moment, Note, Schema, View
from laurels.kit.values.text import check_key

from .addresses import MAX_URL

EventId = Annotated[UUID, IdOf("event")]
EndpointId = Annotated[UUID, IdOf("webhook_endpoint")]
LetterId = Annotated[UUID, IdOf("dead_letter")]
MemberId = Annotated[UUID, IdOf("member")]
Url = Annotated[str, StringConstraints(min_length=8, max_length=MAX_URL), AfterValidator(check_key)]
EventTypes = Annotated[
    list[Annotated[str, StringConstraints(max_length=60), AfterValidator(check_key)]],
    Field(
        max_length=100, description="Types of events; empty: all of them, including future ones."
    ),
]


class EventOut(View):
    """Something that happened."""

    id: str = Field(
        description="Id of the event; the same in every delivery, so that you can recognise"
        " repeats."
    )
    type: str = Field(description="What happened, such as `purchase.completed`.")
    timestamp: datetime = Field(description="When it happened.")
    tenant_id: str = Field(description="The tenant it happened in.")
    position: int = Field(description="Place in the stream, without gaps.")
    member_position: int | None = Field(description="Place in the order of its member's events.")
    data: dict[str, Any] = Field(description="The event's data; see the reference of events.")
    cause_id: EventId | None = Field(description="The event that led to this one; null: none did.")


class ListedEventOut(EventOut):
    """Something that happened, with what `expand` asked for."""

    expanded: Expanded = None


class EndpointIn(Schema):
    """A webhook endpoint to create."""

    url: Url = Field(description="Where events are sent, `https://…`.")
    description: Note | None = Field(default=None, description="What it is for.")
    event_types: EventTypes = Field(default_factory=list)


class EndpointPatch(Schema):
    """Changes to a webhook endpoint; fields that are not sent stay as they are."""

    url: Url | None = Field(default=None, description="Where events are sent, `https://…`.")
    description: Note | None = Field(default=None, description="What it is for; `null` removes it.")
    event_types: EventTypes | None = Field(
        default=None, description="Types of events; empty: all of them, including future ones."
    )
    status: Literal["enabled", "disabled"] | None = Field(
        default=None, description="`disabled` stops deliveries, `enabled` resumes them."
    )

    def changes(self) -> dict[str, Any]:
        """Return what was sent. Only a description can be taken away by null."""
        sent = self.model_dump(exclude_unset=True)
        return {
            name: value
            for name, value in sent.items()
            if value is not None or name == "description"
        }


class EndpointOut(View):
    """A webhook endpoint. Its secret is shown only when it is created."""

    id: EndpointId
    url: str = Field(description="Where events are sent.")
    description: str | None = Field(description="What it is for; null when not given.")
    event_types: list[str] = Field(
        description="Types of events that it gets; empty: all of them, including future ones."
    )
    status: str = Field(description="`enabled` or `disabled`.")
    disabled_reason: str | None = Field(description="Why it is disabled; null while it is enabled.")
    previous_until: datetime | None = Field(
        description="Until when deliveries are also signed with the previous secret."
    )
    created_at: datetime
    updated_at: datetime


class SecretOut(EndpointOut):
    """A webhook endpoint with its secret, which is shown only once."""

    secret: str | None = Field(
        description="The secret to verify signatures with. Null in the answer to a repeated"
        " request."
    )


class ReplayIn(Schema):
    """Which past events to resend."""

    since: Moment = Field(description="Resend events from this moment on.")
    delivered: Flag = Field(default=False, description="Also resend events that were delivered.")


class ReplayOut(View):
    """How many deliveries were queued, at most 10,000 at once."""

    deliveries: int = Field(description="How many deliveries were queued.")


class AcceptedOut(View):
    """The request was accepted; the delivery log shows its outcome."""

    accepted: bool = Field(default=True, description="Always true.")


class DeadLetterOut(View):
    """An event that a handler failed to process."""

    id: LetterId
    event_id: EventId = Field(description="The event.")
    handler: str = Field(description="The part of Laurels that failed to process it.")
    event_type: str = Field(description="What happened, such as `purchase.completed`.")
    member_id: MemberId | None = Field(description="The member it is about; null: none.")
    attempts: int = Field(description="Number of attempts.")
    error: str | None = Field(description="What went wrong the last time.")
    occurred_at: datetime = Field(description="When the event happened.")
    created_at: datetime = Field(description="When it was given up.")
    finished_at: datetime = Field(description="When it was replayed or discarded; null until then.")
