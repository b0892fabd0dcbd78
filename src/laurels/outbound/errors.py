"""What can go wrong with messages that leave the system.

AppError
├── NotFound
│   └── MessageNotFound    no such message, or not of this tenant
└── Conflict
    └── MessageWaiting     it is in the queue already
"""

from laurels.kit.errors import Conflict, NotFound


class MessageNotFound(NotFound):
    """There is no outbound message with this id; messages are kept for 30 days."""

    code = "outbound_message_not_found"


class MessageWaiting(Conflict):
    """The message is waiting to be sent; only one that was sent or given up can be replayed."""

    code = "outbound_message_waiting"
