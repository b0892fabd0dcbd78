"""Webhooks: events on their way to the endpoints that are told of them, signed."""

import logging
from collections.abc import Sequence
from copy import copy
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, ClassVar, Self

import asyncpg

from laurels import outbound
from laurels.config import settings
from laurels.kit.crypto import SecretKeyMissing, SecretUnreadable, vault
from laurels.kit.db.pool import Database
from laurels.kit.db.sql import statements
from laurels.kit.values.ids import encode
from laurels.kit.values.time import utc_now
from laurels.kit.work import Work

from .endpoints import CHANNEL, disable_gone, require_enabled
from .signing import headers
from .stored_events import COLUMNS, StoredEvent
from .telling import as_json

SQL = statements(__name__)

if TYPE_CHECKING:
    from .sending import Sender

log = logging.getLogger("laurels.webhooks")
DELAYS_SECONDS = (5, 300, 1800, 7200, 18_000, 36_000, 50_400, 72_000, 86_400)
"""How long a delivery waits after each failed attempt: ten attempts within about three days."""


@dataclass(frozen=True, slots=True)
class _Request:
    """What is sent: where to, signed with what, and what it says."""

    url: str
    secrets: tuple[str, ...] = field(repr=False)
    event_id: str
    body: bytes = field(repr=False)


class WebhookProvider(outbound.Provider):
    """Posts events to endpoints, as the environment says unless it is said here."""

    name: ClassVar[str] = CHANNEL
    subject: ClassVar[str] = "event"
    destination: ClassVar[str] = "webhook_endpoint"
    ordered = True
    at_once = 20
    max_destinations = 200
    recorded_together = 100
    delays: Sequence[float] = DELAYS_SECONDS

    def __init__(
        self, *, timeout_seconds: float | None = None, allow_private: bool | None = None
    ) -> None:
        """Leave to the environment what is not given."""
        self._timeout, self._allow_private = timeout_seconds, allow_private
        self.sender: Sender | None = None

    @property
    def timeout_seconds(self) -> float:  # pyright: ignore[reportIncompatibleVariableOverride]
        """How long an endpoint may take."""
        return self._timeout or settings().webhook_timeout_seconds

    async def prepare(
        self, work: Work, messages: Sequence[outbound.Message]
    ) -> list[outbound.Message | outbound.Outcome]:
        """Read where they go and what they say."""
        endpoint = await work.fetchrow(
            SQL.find_endpoint, work.tenant_id, messages[0].destination_id
        )
        if endpoint is None or endpoint["status"] != "enabled":
            # Written while the endpoint was being disabled.
            return [outbound.Stopped(error="the endpoint is disabled")] * len(messages)
        secrets = _secrets(endpoint)
        if not secrets:
            return [outbound.Retry(error="the signing secret cannot be read")] * len(messages)
        sql = f"select {COLUMNS} from laurels.outbox as o where o.tenant_id = $1 and o.id = any($2)"
        rows = await work.fetch(sql, work.tenant_id, [message.subject_id for message in messages])
        events = {row["id"]: StoredEvent.of(row) for row in rows}
        return [
            replace(
                message,
                content=_Request(
                    endpoint["url"],
                    secrets,
                    encode("event", message.subject_id),
                    as_json(events[message.subject_id], work.tenant_id),
                ),
            )
            if message.subject_id in events
            else outbound.Stopped(error="its event is not kept any more")
            for message in messages
        ]

    async def send(self, database: Database, message: outbound.Message) -> outbound.Outcome:
        """Post it."""
        del database
        request: _Request = message.content
        signature = headers(
            request.secrets,
            message_id=request.event_id,
            timestamp=int(utc_now().timestamp()),
            body=request.body,
        )
        assert self.sender is not None, "it was opened for one endpoint"
        return await self.sender.post(request.url, request.body, signature)

    async def apply_outcome(
        self, work: Work, message: outbound.Message, outcome: outbound.Outcome
    ) -> outbound.Outcome:
        """Disable an endpoint that says it is gone for good."""
        if isinstance(outcome, outbound.Stopped) and outcome.status is not None:
            # The endpoint before its messages, as everywhere.
            await disable_gone(work, message.destination_id)
        return outcome

    async def before_replay(self, work: Work, message: outbound.Message) -> None:
        """Raise EndpointNotFound or EndpointDisabled."""
        await require_enabled(work, message.destination_id)

    def opened(self) -> Self:
        """Return the same with connections of its own."""
        # Only here: commands and imports start faster without the HTTP client.
        from .sending import Sender

        opened = copy(self)
        allow_private = self._allow_private
        opened.sender = Sender(
            timeout=self.timeout_seconds,
            at_once=self.at_once,
            allow_private=settings().webhook_allow_private
            if allow_private is None
            else allow_private,
        )
        return opened

    async def close(self) -> None:
        """Close them."""
        if self.sender is not None:
            await self.sender.close()


def _secrets(endpoint: asyncpg.Record) -> tuple[str, ...]:
    """Return what to sign with; nothing when it cannot be read, which is loud and tried again."""
    encrypted = [endpoint["secret"]]
    if endpoint["overlap"] and endpoint["previous_secret"] is not None:
        encrypted.append(endpoint["previous_secret"])
    try:
        return tuple(vault().decrypt(bytes(secret)) for secret in encrypted)
    except (SecretUnreadable, SecretKeyMissing) as error:
        log.error("webhooks cannot be signed: %s", error)  # noqa: TRY400 - the sentence says all
        return ()


outbound.register(WebhookProvider())
