"""Where a request came from: its address and its program, as far as they can be believed.

What a proxy says of the address before it is believed only where `LAURELS_TRUSTED_PROXIES` names
the proxy; anybody can send the header.
"""

from collections.abc import Sequence
from ipaddress import IPv4Network, IPv6Network, ip_address, ip_network

from fastapi import Request

from ..values.text import check_line
from .rate_limits import plain_address

Network = IPv4Network | IPv6Network
MAX_AGENT = 200
"""Characters of a program's name that are kept."""


def networks(text: str) -> tuple[Network, ...]:
    """Return the addresses and networks of a list with commas. Raise ValueError for others."""
    return tuple(ip_network(part.strip()) for part in text.split(",") if part.strip())


def address_of(request: Request, trusted: Sequence[Network]) -> str | None:
    """Return the address that asked: the last one that no trusted proxy has.

    Each proxy adds whom it was asked by to the end of `X-Forwarded-For`, so the list is read from
    there, as far as the proxies are ours. None when the server does not know.
    """
    address = None if request.client is None else plain_address(request.client.host)
    told = [part for line in request.headers.getlist("x-forwarded-for") for part in line.split(",")]
    while address is not None and told and _is_trusted(address, trusted):
        before = plain_address(told.pop())
        if before is None:
            break
        address = before
    return address


def agent_of(request: Request) -> str | None:
    """Return the name that the program gives itself, shortened; None without a readable one."""
    text = request.headers.get("user-agent", "")[:MAX_AGENT]
    try:
        return check_line(text) or None
    except ValueError:
        return None


def _is_trusted(address: str, trusted: Sequence[Network]) -> bool:
    found = ip_address(address)
    return any(found.version == network.version and found in network for network in trusted)
