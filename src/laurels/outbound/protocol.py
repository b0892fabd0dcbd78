"""What carries messages out of the system, and what it says of each: the `Provider` protocol.

A provider is one class and one call of `register`, in the `providers.py` of its room. The queue
does the rest: lease, ladder of delays, order, dead letters, replay.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, ClassVar, Protocol, Self
from uuid import UUID

from laurels.kit.db.pool import Database
from laurels.kit.values.ids import encode
from laurels.kit.values.text import printable
from laurels.kit.work import Work

DELAYS_SECONDS = (10, 60, 300, 1800, 7200, 21_600, 86_400)
"""How long a message waits after each failed attempt; after the last one it is a dead letter."""
JITTER = 0.1
MAX_WAIT_SECONDS = 86_400.0
"""How long a receiver may ask us to wait."""
MAX_ERROR = 500
MAX_RESPONSE = 1000
SOLE_DESTINATION = UUID(int=0)
"""The destination of a channel that has one only."""


@dataclass(frozen=True, slots=True)
class Message:
    """A message that a worker has claimed. `reference` is the same at every attempt.

    `failures` counts the failed attempts since it was put into the queue or replayed; `content` is
    what the provider has prepared.
    """

    id: UUID
    tenant_id: UUID
    channel: str
    destination_id: UUID
    type: str
    subject_id: UUID
    member_id: UUID | None
    payload: dict[str, Any] | None
    attempt: int
    failures: int
    content: Any = field(default=None, repr=False)

    @property
    def reference(self) -> str:
        """Its id, by which a receiver recognises what comes again."""
        return encode("outbound_message", self.id)


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What came of an attempt; status and response are what the receiver answered, if it did."""

    error: str | None = None
    status: int | None = None
    response: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Sent(Outcome):
    """It arrived. `result` is for the provider's own `apply_outcome`."""

    result: Any = field(default=None, repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Retry(Outcome):
    """It failed and is tried again, not before `after` seconds, until the delays are used up."""

    after: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Rejected(Outcome):
    """It will never be taken: a dead letter at once."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Stopped(Outcome):
    """Nobody wants it any more: neither a failure nor a dead letter."""


class Provider(Protocol):
    """Sends messages of the channels `name` and `name:…`; a subclass needs a name and `send`.

    Where an attempt was not recorded, because its worker died, the message comes again with the
    same reference. What raises in `send`, or answers what is no outcome, has failed once.
    """

    name: ClassVar[str]
    subject: ClassVar[str] = ""
    """Of what kind of thing its messages tell, as a kind of id; empty if that depends."""
    destination: ClassVar[str] = ""
    """What kind of thing its destinations are; empty if it has one only."""
    ordered: bool = False
    """Whether a later message of a member waits for the earlier ones to the same destination."""
    timeout_seconds: float = 20.0
    slack_seconds: float = 20.0
    """How much longer it is leased: to prepare it, and to record the outcome."""
    at_once: int = 5
    """How many messages to one destination are sent side by side."""
    max_destinations: int = 50
    """To how many destinations one process sends side by side."""
    delays: Sequence[float] = DELAYS_SECONDS
    recorded_together: int = 1
    """How many outcomes one transaction records; 1 where `apply_outcome` locks what others lock."""

    async def send(self, database: Database, message: Message) -> Outcome:
        """Send it, with no transaction open, and say what came of it."""
        ...

    async def prepare(self, work: Work, messages: Sequence[Message]) -> list[Message | Outcome]:
        """Return the messages with the content that is sent, or what becomes of them instead.

        They are of one destination. It is called in the transaction that claims them.
        """
        del work
        return list(messages)

    async def apply_outcome(self, work: Work, message: Message, outcome: Outcome) -> Outcome:
        """Do what follows from the outcome, in the transaction that books it; return what counts.

        It is not called for a failure that another attempt has overtaken.
        """
        del work, message
        return outcome

    async def before_replay(self, work: Work, message: Message) -> None:
        """Raise the error that says why it cannot be sent again."""

    def is_last(self, message: Message) -> bool:
        """Whether one more failure makes it a dead letter."""
        return message.failures >= len(self.delays)

    def opened(self) -> Self:
        """Return who sends to one destination; connections are shared with no other one."""
        return self

    async def close(self) -> None:
        """Close the connections to one destination."""


class _Nobody(Provider):
    """Stands for the provider of a channel that nobody registered; what waits fails in time."""

    name = "nobody"

    async def send(self, database: Database, message: Message) -> Outcome:
        """Say so."""
        del database
        return Retry(error=f"nobody delivers `{message.channel}`")


_providers: dict[str, Provider] = {}
_NOBODY = _Nobody()


def register(provider: Provider) -> None:
    """Messages of the provider's channels are sent by it from now on."""
    assert provider.name not in _providers, f"two providers are called {provider.name}"
    _providers[provider.name] = provider


def registered() -> dict[str, Provider]:
    """Return the registered providers by name."""
    return dict(_providers)


def provider_name(channel: str) -> str:
    """Return the provider's name of a channel: `provider` for `provider:courier`."""
    return channel.partition(":")[0]


def provider_of(channel: str, among: dict[str, Provider] | None = None) -> Provider:
    """Return who sends the messages of a channel; where nobody does, one whose attempts fail."""
    return (_providers if among is None else among).get(provider_name(channel), _NOBODY)


def checked(outcome: object) -> Outcome:
    """Return the outcome as it can be recorded, whatever the receiver or the provider answered."""
    if not isinstance(outcome, Outcome) or type(outcome) is Outcome:
        return Retry(error=f"the provider answered {type(outcome).__name__}, which is no outcome")
    status = outcome.status if isinstance(outcome.status, int) else None
    fields: dict[str, Any] = {
        "error": _text(outcome.error, MAX_ERROR),
        "status": int(status) if status is not None and 0 <= status <= 9999 else None,
        "response": _text(outcome.response, MAX_RESPONSE),
    }
    if isinstance(outcome, Sent):
        return Sent(**{**fields, "error": None}, result=outcome.result)
    fields["error"] = fields["error"] or "no reason was given"
    if isinstance(outcome, Retry):
        return Retry(**fields, after=_seconds(outcome.after))
    return type(outcome)(**fields)


def _text(value: object, longest: int) -> str | None:
    if value is None or value == "":
        return None
    return in_words(value)[:longest]


def _seconds(value: object) -> float:
    if not isinstance(value, int | float) or math.isnan(value):
        return 0.0
    return float(min(max(value, 0), MAX_WAIT_SECONDS))


def in_words(value: object) -> str:
    """Return an error, or what was said, in words that can be stored and shown."""
    kind = type(value).__name__
    try:
        text = f"{kind}: {value}" if isinstance(value, BaseException) else str(value)
    except Exception:  # noqa: BLE001 - what cannot be told is named
        text = kind
    return printable(text)


def next_state(
    outcome: Outcome, *, failures: int, delays: Sequence[float], chance: float
) -> tuple[str, float]:
    """Return the state of a message after an attempt, and in how many seconds it is due.

    `chance` from 0 to 1 spreads retries of one moment. What the receiver asks may lengthen a
    delay, to a day at most; it never shortens one.
    """
    if isinstance(outcome, Sent):
        return "sent", 0.0
    if isinstance(outcome, Stopped):
        return "stopped", 0.0
    if not isinstance(outcome, Retry) or failures >= len(delays):
        return "dead", 0.0
    wait = delays[failures] * (1 + JITTER * (2 * chance - 1))
    return "waiting", max(wait, min(outcome.after, MAX_WAIT_SECONDS))
