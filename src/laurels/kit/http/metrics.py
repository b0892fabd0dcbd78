"""Requests as Prometheus counts them: by method, route template and status, never by path."""

from collections.abc import Callable

from prometheus_client import Counter, Histogram

NO_ROUTE = "(none)"
"""Stands for every path that leads nowhere, so that nobody can make new series."""

REQUESTS = Counter(
    "laurels_http_requests", "Requests that were answered.", ["method", "route", "status"]
)
SECONDS = Histogram(
    "laurels_http_request_seconds",
    "Time from a request's arrival to the end of its answer.",
    ["method", "route"],
    buckets=(0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30),
)
_METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})

_known: dict[tuple[str, str, int], tuple[Callable[[], None], Callable[[float], None]]] = {}


def count(method: str, route: str, status: int, seconds: float) -> None:
    """A request was answered: on this route, with this status, in this time."""
    place = (method, route, status)
    found = _known.get(place)
    if found is None:
        # Looking a series up by its labels costs more than counting; routes are few.
        named = method if method in _METHODS else "other"
        found = (
            REQUESTS.labels(named, route, str(status)).inc,
            SECONDS.labels(named, route).observe,
        )
        if named == method:
            _known[place] = found
    found[0]()
    found[1](seconds)
