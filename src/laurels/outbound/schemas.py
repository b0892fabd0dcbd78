"""Messages that leave the system, as the API shows them."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from pydantic import AfterValidator, Field

from laurels.kit.http.paging import Whole
from laurels.kit.values.fields import Code, IdOf, View
from laurels.kit.values.ids import PREFIXES, decode

MessageId = Annotated[UUID, IdOf("outbound_message")]
MemberId = Annotated[UUID, IdOf("member")]
_KINDS = {prefix: kind for kind, prefix in PREFIXES.items()}


def any_id(text: str) -> str:
    """Return an id of any kind. Raise ValueError for what is none."""
    uuid_of(text)
    return text


def uuid_of(text: str) -> UUID:
    """Return the UUID of an id of any kind. Raise ValueError for what is none."""
    prefix = text.rpartition("_")[0]
    if prefix not in _KINDS:
        msg = "is not an id such as `evt_01h455vb4pex5vsknk084sn02q`"
        raise ValueError(msg)
    return decode(_KINDS[prefix], text)


AnyId = Annotated[Code, AfterValidator(any_id)]


class MessageOut(View):
    """A message that leaves Laurels: a webhook, a mail, an order to a provider."""

    id: MessageId = Field(description="The same at every attempt.")
    channel: str = Field(
        description="How it is sent: `webhook`, `mail`, `provider:` and the name of a provider."
    )
    type: str = Field(description="What it says, such as `purchase.completed`.")
    destination_id: str | None = Field(
        description="Where it goes, such as a webhook endpoint; null where the channel has only one"
        " destination."
    )
    subject_id: str | None = Field(
        description="What it is about: an event, an invitation, a redemption."
    )
    member_id: MemberId | None = Field(description="The member it is about; null: none.")
    state: str = Field(description="`waiting`, `sent`, `dead` or `stopped`.")
    attempts: int = Field(description="Number of attempts to send it.")
    next_attempt_at: datetime | None = Field(
        description="When it is sent next; null unless it is waiting."
    )
    last_status: int | None = Field(
        description="Status of the last answer; null if there was none."
    )
    last_error: str | None = Field(
        description="What went wrong the last time; null if nothing did."
    )
    created_at: datetime
    finished_at: datetime | None = Field(
        description="When it was sent or given up; null while it is waiting."
    )


class DestinationOut(View):
    """What became of the messages to one destination that were queued in the last 24 hours."""

    channel: str = Field(description="How they are sent.")
    destination_id: str | None = Field(
        description="Where they go; null where the channel has only one destination."
    )
    sent: int = Field(description="How many arrived.")
    waiting: int = Field(description="How many wait, for their first attempt or another one.")
    dead: int = Field(description="How many were given up after their last attempt.")
    stopped: int = Field(description="How many were stopped before they were sent.")
    troubled: int = Field(description="How many failed at least once, also of those that arrived.")
    last_sent_at: datetime | None = Field(description="When one last arrived; null: none did.")
    last_failed_at: datetime | None = Field(
        description="When an attempt last failed; null: none did."
    )


class DestinationsOut(Whole):
    """All destinations to which something was queued in the last 24 hours."""

    data: list[DestinationOut] = Field(description="By channel.")


class AttemptOut(View):
    """One attempt to send a message, and the answer."""

    attempt: int = Field(description="Number of the attempt; missing ones were never completed.")
    sent_at: datetime = Field(description="When it was sent.")
    duration_ms: int = Field(description="Milliseconds until the answer or failure.")
    status: int | None = Field(description="Status of the answer; null if there was none.")
    error: str | None = Field(description="What went wrong; null if nothing did.")
    response: str | None = Field(description="Start of the answer, at most 1 kB.")


class MessageDetailOut(MessageOut):
    """A message with its attempts, the latest first."""

    log: list[AttemptOut] = Field(description="The attempts, the latest first.")
