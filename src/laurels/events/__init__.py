"""Events: what happened, as a log, a live stream and webhooks.

`emit` writes events in the transaction that caused them. The relay numbers them; then handlers
hear of them inside, webhooks and streams outside. `within` is for the few stories in which every
room has a part at once. It never decides what an event means.
"""

import asyncio

from laurels.kit.db import Database

from .bounds import bound_endpoints
from .dead_letters import discard_dead_letter, list_dead_letters, replay_dead_letter
from .handling import handler
from .happened import Happened, because
from .hook import Erasing, Merging, Unmerging, parts, takes_part, within
from .keeping import forget_old
from .outbox import emit
from .queries import News, count_waiting, last_position, members_since
from .rehearsing import Rehearsed, rehearse
from .relaying import relay_all, run_relay


async def run_deliveries(database: Database, stop: asyncio.Event) -> None:
    """Deliver webhooks until `stop` is set. Any number of workers may do so at once."""
    # Only here: commands and imports start faster without the HTTP client.
    from .delivering import run_deliveries as run

    await run(database, stop)


LOOPS = {"the relay": run_relay, "webhooks": run_deliveries}

__all__ = [
    "LOOPS",
    "Erasing",
    "Happened",
    "Merging",
    "News",
    "Rehearsed",
    "Unmerging",
    "because",
    "bound_endpoints",
    "count_waiting",
    "discard_dead_letter",
    "emit",
    "forget_old",
    "handler",
    "last_position",
    "list_dead_letters",
    "members_since",
    "parts",
    "rehearse",
    "relay_all",
    "replay_dead_letter",
    "run_relay",
    "takes_part",
    "within",
]
