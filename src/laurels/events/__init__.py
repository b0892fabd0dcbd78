"""Events: what happened, as a log, a live stream and webhooks.

`emit` writes events in the transaction that caused them. The relay numbers them; then handlers
hear of them inside, webhooks and streams outside. `run_lifecycle_hooks` is for the few changes of
a member's life in which every room takes part at once. It never decides what an event means.
"""

from .bounds import bound_endpoints
from .dead_letters import discard_dead_letter, list_dead_letters, replay_dead_letter
from .dry_runs import DryRunEffect, what_follows
from .endpoints import change_endpoint, create_endpoint
from .handling import handler
from .keeping import forget_old
from .lifecycle_hooks import Erasing, Merging, Unmerging, lifecycle_hook, parts, run_lifecycle_hooks
from .outbox import emit
from .queries import News, count_waiting, last_position, members_since
from .relaying import relay_all, run_relay
from .stored_events import StoredEvent, because

LOOPS = {"the relay": run_relay}

__all__ = [
    "LOOPS",
    "DryRunEffect",
    "Erasing",
    "Merging",
    "News",
    "StoredEvent",
    "Unmerging",
    "because",
    "bound_endpoints",
    "change_endpoint",
    "count_waiting",
    "create_endpoint",
    "discard_dead_letter",
    "emit",
    "forget_old",
    "handler",
    "last_position",
    "lifecycle_hook",
    "list_dead_letters",
    "members_since",
    "parts",
    "relay_all",
    "replay_dead_letter",
    "run_lifecycle_hooks",
    "run_relay",
    "what_follows",
]
