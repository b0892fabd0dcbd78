"""What can happen between members and segments."""

from dataclasses import dataclass
from typing import Annotated, ClassVar
from uuid import UUID

from laurels.kit.values.fields import IdOf

from .base import Event


@dataclass(slots=True)
class SegmentJoined(Event):
    """A member joined a segment."""

    name: ClassVar[str] = "segment.joined"
    segment_id: Annotated[UUID, IdOf("segment")]


@dataclass(slots=True)
class SegmentLeft(Event):
    """A member left a segment."""

    name: ClassVar[str] = "segment.left"
    segment_id: Annotated[UUID, IdOf("segment")]
