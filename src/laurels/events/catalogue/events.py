"""What can happen to webhook endpoints and to the stream of events itself."""

from dataclasses import dataclass
from typing import Annotated, ClassVar
from uuid import UUID

from laurels.kit.values.fields import IdOf

from .base import Event


@dataclass(slots=True)
class WebhookEndpointDisabled(Event):
    """A webhook endpoint was disabled, by hand or because it answered 410 Gone."""

    name: ClassVar[str] = "webhook_endpoint.disabled"
    endpoint_id: Annotated[UUID, IdOf("webhook_endpoint")]
    reason: str


@dataclass(slots=True)
class WebhookEndpointTested(Event):
    """A test was requested; it is sent to this endpoint only, whatever types it listens to."""

    name: ClassVar[str] = "webhook_endpoint.tested"
    endpoint_id: Annotated[UUID, IdOf("webhook_endpoint")]


@dataclass(slots=True)
class HistoryImported(Event):
    """History was imported: one event for a batch. Webhooks and streams never receive it."""

    name: ClassVar[str] = "history.imported"
    events: dict[str, int]
    member_ids: Annotated[list[UUID], IdOf("member")]
