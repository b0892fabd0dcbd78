"""Where webhooks may go: public addresses over https, looked up once and held to.

Whoever may configure an endpoint must not be able to reach what only this machine reaches. The
name is resolved, each address is judged, and the request goes to the very address that was judged.
"""

import asyncio
import ipaddress
import socket
from urllib.parse import urlsplit

from laurels.kit.errors import Invalid

MAX_URL = 2000
Address = ipaddress.IPv4Address | ipaddress.IPv6Address
_NAT64 = ipaddress.ip_network("64:ff9b::/96")
_CLOSED = tuple(
    ipaddress.ip_network(net)
    for net in (
        "168.63.129.16/32",  # Azure's host, from inside each of its machines
        "192.0.0.0/24",  # IETF's own, and metadata of Oracle's cloud
        "192.88.99.0/24",  # relays to 6to4, which lead elsewhere
        "64:ff9b:1::/48",  # NAT64 of a local network
        "100::/64",  # thrown away
        "2001::/23",  # IETF's own: Teredo, benchmarks, ORCHID
        "3fff::/20",  # for documents
        "5f00::/16",  # segment routing inside of a provider
        "fec0::/10",  # site-local, once
    )
)
"""Special addresses that `ipaddress` calls global, at least in some of its versions."""
_ISATAP = 0x5EFE


class AddressRefused(Exception):
    """The endpoint's name leads to no address that webhooks may go to."""


def check_url(url: str, *, allow_private: bool) -> str:
    """Return the URL. Raise Invalid, with the remedy, when webhooks may not go there."""
    try:
        parts = urlsplit(url)
        _ = parts.port
    except ValueError:
        trouble = "is not a URL such as `https://example.com/hooks`"
    else:
        trouble = _trouble(parts.scheme, parts.hostname, allow_private=allow_private)
        if parts.username is not None or parts.password is not None:
            trouble = "contains a user or password; verify the signature instead"
        elif parts.fragment:
            trouble = "has a fragment (`#…`), which is never sent; leave it out"
    if trouble is None and (not url.isascii() or not url.isprintable() or " " in url):
        trouble = "contains characters that a URL cannot have; percent-encode them"
    if trouble is not None:
        raise Invalid(f"The URL {trouble}.", field="url")
    return url


def _trouble(scheme: str, host: str | None, *, allow_private: bool) -> str | None:
    if scheme not in {"https", "http"} or not host:
        return "is not a URL such as `https://example.com/hooks`"
    if allow_private:
        return None
    if scheme != "https":
        return "must begin with `https://`"
    literal = _literal(host)
    if literal is not None and not is_public(literal):
        return "resolves to a private address; an endpoint must be publicly reachable"
    if host == "localhost" or host.endswith((".localhost", ".local", ".internal")):
        return "has a private host name; an endpoint must be publicly reachable"
    return None


def _literal(host: str) -> Address | None:
    try:
        return ipaddress.ip_address(host)
    except ValueError:
        return None


def is_public(address: Address) -> bool:
    """Tell whether an address is one of the internet, also where it wraps another one."""
    if isinstance(address, ipaddress.IPv6Address):
        inner = address.ipv4_mapped or address.sixtofour
        if inner is None and address.teredo is not None:
            inner = address.teredo[1]
        if inner is None and address in _NAT64:
            inner = ipaddress.IPv4Address(int(address) & 0xFFFF_FFFF)
        # ISATAP: the last 64 bits are 0000:5efe or 0200:5efe and the address that it leads to.
        if inner is None and (int(address) >> 32) & 0xFDFF_FFFF == _ISATAP:
            inner = ipaddress.IPv4Address(int(address) & 0xFFFF_FFFF)
        if inner is not None:
            return is_public(inner)
    if any(address in net for net in _CLOSED):
        return False
    return address.is_global and not address.is_multicast and not address.is_reserved


async def resolve(host: str, port: int, *, allow_private: bool) -> str:
    """Return one address of the host that webhooks may go to. Raise AddressRefused or OSError."""
    literal = _literal(host)
    if literal is not None:
        addresses: list[Address] = [literal]
    else:
        loop = asyncio.get_running_loop()
        answers = await loop.getaddrinfo(host, port, type=socket.SOCK_STREAM)
        addresses = [
            ipaddress.ip_address(str(answer[4][0]).partition("%")[0]) for answer in answers
        ]
    for address in addresses:
        if allow_private or is_public(address):
            return str(address)
    msg = "the endpoint's host name resolves to a private address"
    raise AddressRefused(msg)
