"""Writing the outbox, set-based."""

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

import orjson

from laurels.kit.ids import new_id
from laurels.kit.work import Work

from .catalogue import Event


async def emit(work: Work, events: Sequence[Event], *, historical: bool = False) -> None:
    """Write events beside their cause, numbered per member in the order given.

    A historical event reaches totals and tiers later, never a webhook or a message.
    """
    if not events:
        return
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
