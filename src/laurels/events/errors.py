"""What can go wrong with events.

AppError
├── NotFound
│   ├── EventNotFound      no such event, or not of this tenant
│   ├── EndpointNotFound   no such webhook endpoint
│   └── DeadLetterNotFound no such dead letter, or it was dealt with
├── Invalid
│   └── UnknownEventType   a type that is not in the catalogue
├── Conflict
│   ├── EndpointDisabled   it is told nothing until it is enabled
│   └── TooManyEndpoints   the tenant has as many as it may
├── Gone
│   └── EventsForgotten    the place to go on from is older than events are kept
└── Limited
    └── TooManyStreams     this key has as many streams as it may
"""

from laurels.kit.errors import Conflict, Gone, Invalid, Limited, NotFound


class EventNotFound(NotFound):
    """There is no event with this id."""

    code = "event_not_found"


class EndpointNotFound(NotFound):
    """There is no webhook endpoint with this id."""

    code = "webhook_endpoint_not_found"


class DeadLetterNotFound(NotFound):
    """There is no dead letter with this id, or it has been replayed or discarded."""

    code = "dead_letter_not_found"


class UnknownEventType(Invalid):
    """There is no event of this type; see docs/reference/events.md."""

    code = "unknown_event_type"


class EndpointDisabled(Conflict):
    """The endpoint is disabled; set its `status` to `enabled` first."""

    code = "webhook_endpoint_disabled"


class TooManyEndpoints(Conflict):
    """The tenant has reached its limit of webhook endpoints; delete one first."""

    code = "too_many_webhook_endpoints"


class EventsForgotten(Gone):
    """Events are kept for 30 days and this one is older. Leave it out and fetch what you missed."""

    code = "events_forgotten"


class TooManyStreams(Limited):
    """This key has reached its limit of open live streams; close one first."""

    code = "too_many_streams"
