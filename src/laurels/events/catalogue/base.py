"""What every event has."""

from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar
from uuid import UUID


@dataclass(slots=True)
class Event:
    """Something that happened: past tense, about one member or about none."""

    name: ClassVar[str]
    member_id: UUID | None
    occurred_at: datetime
