"""Routes that will go: how they say so in their answers (RFC 9745, RFC 8594) and in the OpenAPI."""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from email.utils import format_datetime
from typing import Any, TypeVar

NOTICE = timedelta(days=180)
"""Between a route's deprecation and its end, at least."""

Endpoint = TypeVar("Endpoint", bound=Callable[..., Any])


def deprecated(*, since: date, until: date, guide: str) -> Callable[[Endpoint], Endpoint]:
    """Mark a route that ends on a day; `guide` is the page that says what to use instead.

    It stands below the route's decorator. Raise ValueError when the notice is shorter than
    `NOTICE`.
    """
    if until - since < NOTICE:
        msg = f"a route goes {NOTICE.days} days after its deprecation, at the earliest"
        raise ValueError(msg)
    began, ends = (datetime(day.year, day.month, day.day, tzinfo=UTC) for day in (since, until))
    fields = (
        (b"deprecation", f"@{int(began.timestamp())}".encode()),
        (b"sunset", format_datetime(ends, usegmt=True).encode()),
        (b"link", f'<{guide}>; rel="deprecation"; type="text/html"'.encode()),
    )

    def mark(endpoint: Endpoint) -> Endpoint:
        endpoint.deprecation = fields  # type: ignore[attr-defined]
        return endpoint

    return mark


def is_deprecated(endpoint: Callable[..., Any]) -> bool:
    """Say whether an endpoint is marked as one that will go."""
    return hasattr(endpoint, "deprecation")
