"""What can happen to webhook endpoints."""

from dataclasses import dataclass
from typing import Annotated, ClassVar
from uuid import UUID

from laurels.kit.schema import IdOf

from .base import Event


@dataclass(slots=True)
class WebhookEndpointDisabled(Event):
    """An endpoint is told nothing more: it said that it is gone, or somebody switched it off."""

    name: ClassVar[str] = "webhook_endpoint.disabled"
    endpoint_id: Annotated[UUID, IdOf("webhook_endpoint")]
    reason: str


@dataclass(slots=True)
class WebhookEndpointTested(Event):
    """Somebody asked for a test; it is sent to this endpoint alone, whatever it listens to."""

    name: ClassVar[str] = "webhook_endpoint.tested"
    endpoint_id: Annotated[UUID, IdOf("webhook_endpoint")]
