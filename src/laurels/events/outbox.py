"""Writing the outbox, set-based."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

import orjson

from laurels.kit.ids import new_id
from laurels.kit.work import Work

from .catalogue import Event


@dataclass(slots=True)
class _Waiting:
    """Events of a transaction that are written when it ends, all at once."""

    events: list[Event] = field(default_factory=list[Event])
    historical: list[Event] = field(default_factory=list[Event])


def emit(work: Work, events: Sequence[Event], *, historical: bool = False) -> None:
    """Events are written beside their cause when the transaction ends, in the order given.

    They are numbered per member under a lock that is taken last and held shortest. A historical
    event reaches totals and tiers later, never a webhook or a message.
    """
    if not events:
        return
    waiting = work.memo.get(_Waiting)
    if waiting is None:
        waiting = work.memo[_Waiting] = _Waiting()
        work.last.append(_write)
    (waiting.historical if historical else waiting.events).extend(events)


async def _write(work: Work) -> None:
    waiting: _Waiting = work.memo.pop(_Waiting)
    for events, historical in ((waiting.events, False), (waiting.historical, True)):
        if events:
            await work.fetch(
                "select laurels.book_outbox($1, $2, $3, $4, $5, $6, $7, $8, $9)",
                work.tenant_id,
                [new_id() for _ in events],
                [event.name for event in events],
                [orjson.dumps(event, default=_plain).decode() for event in events],
                [event.member_id for event in events],
                [event.occurred_at for event in events],
                historical,
                work.cause,
                work.depth,
            )


def _plain(value: Any) -> str:
    if isinstance(value, Decimal):
        return format(value, "f")
    return str(value)
