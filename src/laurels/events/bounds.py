"""How many webhook endpoints a tenant may have, as rooms above say."""

from collections.abc import Awaitable, Callable

from laurels.kit.work import Work

Bound = Callable[[Work, int], Awaitable[None]]
_bounds: list[Bound] = []


def bound_endpoints(check: Bound) -> Bound:
    """Ask this function before an endpoint is made: it gets how many there are, and may raise.

    Plans of tenants are above events; they register here.
    """
    _bounds.append(check)
    return check


async def may_be_one_more(work: Work, there: int) -> None:
    """Nobody minds one endpoint more than there are. Raise what they raise."""
    for check in _bounds:
        await check(work, there)
