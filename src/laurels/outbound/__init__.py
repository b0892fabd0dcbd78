"""What leaves the system: one queue of messages, and the providers that carry them.

An operation enqueues a message in its own transaction. A worker claims it, sends it with no
transaction open, and records the outcome. It never decides what is said to whom.
"""

from .delivering import deliver_due, run_outbound
from .protocol import (
    MAX_WAIT_SECONDS,
    SOLE_DESTINATION,
    Message,
    Outcome,
    Provider,
    Rejected,
    Retry,
    Sent,
    Stopped,
    provider_name,
    register,
    registered,
)
from .providers import MailProvider, enqueue_mail, mail_template
from .queue import Destination, NewMessage, enqueue, replay, stop
from .service import (
    count_messages,
    discard_message,
    forget_old,
    get_message,
    list_messages,
    replay_message,
    scrub,
)

LOOPS = {"outbound": run_outbound}

__all__ = [
    "LOOPS",
    "MAX_WAIT_SECONDS",
    "SOLE_DESTINATION",
    "Destination",
    "MailProvider",
    "Message",
    "NewMessage",
    "Outcome",
    "Provider",
    "Rejected",
    "Retry",
    "Sent",
    "Stopped",
    "count_messages",
    "deliver_due",
    "discard_message",
    "enqueue",
    "enqueue_mail",
    "forget_old",
    "get_message",
    "list_messages",
    "mail_template",
    "provider_name",
    "register",
    "registered",
    "replay",
    "replay_message",
    "run_outbound",
    "scrub",
    "stop",
]
