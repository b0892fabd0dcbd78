"""Events, webhook endpoints and deliveries as the API tells and takes them."""

from datetime import datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import AfterValidator, Field, StringConstraints

from laurels.kit.schema import IdOf, Moment, Note, Schema, View
from laurels.kit.values import check_key

from .addresses import MAX_URL

EventId = Annotated[UUID, IdOf("event")]
EndpointId = Annotated[UUID, IdOf("webhook_endpoint")]
DeliveryId = Annotated[UUID, IdOf("webhook_delivery")]
LetterId = Annotated[UUID, IdOf("dead_letter")]
MemberId = Annotated[UUID, IdOf("member")]
Url = Annotated[str, StringConstraints(min_length=8, max_length=MAX_URL), AfterValidator(check_key)]
EventTypes = Annotated[
    list[Annotated[str, StringConstraints(max_length=60), AfterValidator(check_key)]],
    Field(max_length=100, description="Types of events; empty is all of them, later ones too."),
]


class EventOut(View):
    """Something that happened."""

    id: str
    type: str
    timestamp: datetime
    tenant_id: str
    position: int = Field(description="Place in the stream; counts without gaps.")
    member_position: int | None = Field(description="Place in the order of its member.")
    data: dict[str, Any] = Field(description="What the event says; see the page of events.")


class EndpointIn(Schema):
    """A webhook endpoint to be made."""

    url: Url
    description: Note | None = None
    event_types: EventTypes = Field(default_factory=list)


class EndpointPatch(Schema):
    """What is to change of a webhook endpoint; the rest stays."""

    url: Url | None = None
    description: Note | None = None
    event_types: EventTypes | None = None
    status: Literal["enabled", "disabled"] | None = None

    def changes(self) -> dict[str, Any]:
        """Return what was sent. Only a description can be taken away by null."""
        sent = self.model_dump(exclude_unset=True)
        return {
            name: value
            for name, value in sent.items()
            if value is not None or name == "description"
        }


class EndpointOut(View):
    """A webhook endpoint. Its secret is shown when it is made, never again."""

    id: EndpointId
    url: str
    description: str | None
    event_types: list[str]
    status: str
    disabled_reason: str | None
    previous_until: datetime | None = Field(
        description="Until when deliveries are signed with the secret before the last one too."
    )
    created_at: datetime
    updated_at: datetime


class SecretOut(EndpointOut):
    """A webhook endpoint with its secret, which is shown this once."""

    secret: str | None = Field(
        description="Verify signatures with it. Null in the answer to a repeated request."
    )


class EndpointsOut(View):
    """All webhook endpoints, newest first."""

    data: list[EndpointOut]


class DeliveryOut(View):
    """One event for one endpoint."""

    id: DeliveryId
    endpoint_id: EndpointId
    event_id: EventId
    event_type: str
    state: str = Field(description="waiting, delivered, dead or stopped.")
    attempts: int
    next_attempt_at: datetime
    last_status: int | None
    last_error: str | None
    created_at: datetime
    finished_at: datetime | None


class AttemptOut(View):
    """One request that was sent, and what came back."""

    sent_at: datetime
    duration_ms: int
    status: int | None
    error: str | None
    response: str | None = Field(description="Beginning of the answer, at most 1 kB.")


class DeliveryDetailOut(DeliveryOut):
    """A delivery with its attempts, the latest first."""

    log: list[AttemptOut]


class ReplayIn(Schema):
    """What of the past is to be sent again."""

    since: Moment = Field(description="Events from this moment on.")
    delivered: bool = Field(default=False, description="Also those that arrived.")


class ReplayOut(View):
    """How many deliveries wait to be sent because of it, at most 10,000 at a time."""

    deliveries: int


class AcceptedOut(View):
    """It was taken on; the delivery log says what came of it."""

    accepted: bool = True


class DeadLetterOut(View):
    """An event that a handler could not do anything with."""

    id: LetterId
    event_id: EventId
    handler: str
    event_type: str
    member_id: MemberId | None
    attempts: int
    error: str | None
    occurred_at: datetime
    created_at: datetime
    finished_at: datetime
