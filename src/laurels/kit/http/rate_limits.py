"""How fast one may ask: a bucket of tokens per API key, and one per address for wrong keys.

Everything is kept in this process and counted on its own clock; business time has no part in it.
A key is known by the token itself, so that the count comes before any look-up. How many requests
it may make is learnt when it is first let in, and again after `LEARN_EVERY` seconds.
"""

import math
import time
from dataclasses import dataclass
from ipaddress import ip_address, ip_network

from ..errors import Limited

LEARN_EVERY = 10.0
"""Seconds after which the limit of a key is asked for again."""
MAX_BUCKETS = 10_000
"""Keys and addresses that are remembered, at most."""
QUIET = 600.0
"""Seconds after which a key that nobody used is forgotten when room is needed."""


class RateLimited(Limited):
    """This key has exceeded its rate limit; wait for the time in `Retry-After`.

    The limit is the setting `api.requests_per_second` of the tenant, or its plan's.
    """

    code = "rate_limited"


class TooManyFailures(Limited):
    """This address has sent too many wrong API keys; wait for the time in `Retry-After`."""

    code = "too_many_failures"


class Bucket:
    """Tokens that come back at a steady pace; each request takes one."""

    __slots__ = ("_left", "_seen", "burst", "rate")

    def __init__(self, rate: float, burst: float, now: float) -> None:
        self.rate = rate
        self.burst = burst
        self._left = burst
        self._seen = now

    def fill(self, now: float) -> float:
        """Return how many tokens there are at this moment."""
        self._left = min(self.burst, self._left + (now - self._seen) * self.rate)
        self._seen = now
        return self._left

    def take(self, now: float) -> bool:
        """Take a token; say whether there was one. Without a rate there always is."""
        if not self.rate:
            return True
        if self.fill(now) < 1:
            return False
        self._left -= 1
        return True

    def change(self, rate: float, burst: float, now: float) -> None:
        """From now on tokens come back at this pace; what is left is kept, up to the burst."""
        left = self.fill(now) if self.rate else burst
        self.rate, self.burst, self._left = rate, burst, min(left, burst)

    def wait(self) -> int:
        """Return the whole seconds until there is a token again, at least one."""
        return max(1, math.ceil((1 - self._left) / self.rate)) if self.rate else 1

    @property
    def left(self) -> int:
        """Whole tokens at the last look."""
        return int(self._left)

    def quiet(self, now: float) -> float:
        """Return the seconds since the last look."""
        return now - self._seen


@dataclass(slots=True, eq=False)
class RateLimitEntry:
    """Somebody with a token: its bucket, and who it is once that was found out."""

    bucket: Bucket
    tenant: str | None = None
    actor: str | None = None
    learnt_at: float = -math.inf
    policy: bytes = b""

    def headers(self) -> list[tuple[bytes, bytes]]:
        """Return the fields of draft-ietf-httpapi-ratelimit-headers-11, none without a limit."""
        bucket = self.bucket
        if not bucket.rate:
            return []
        if not self.policy:
            self.policy = b'"key";q=%d;w=%d' % (bucket.burst, bucket.burst // bucket.rate)
        missing = math.ceil((bucket.burst - bucket.left) / bucket.rate)
        return [
            (b"ratelimit-policy", self.policy),
            (b"ratelimit", b'"key";r=%d;t=%d' % (bucket.left, missing)),
        ]


class Rates:
    """All buckets of a process. `usual` is the rate of whoever has none of their own; 0: none.

    A bucket holds what comes back in `burst_seconds`: so much may be asked at once.
    """

    def __init__(
        self, *, usual: int = 0, failures_per_minute: int = 0, burst_seconds: int = 1
    ) -> None:
        self._usual = usual
        self._burst = burst_seconds
        self._failures = failures_per_minute
        self._entries: dict[str, RateLimitEntry] = {}
        self._addresses: dict[str, Bucket] = {}

    def entry(self, token: str) -> RateLimitEntry:
        """Return who comes with this token, remembered from before where possible."""
        entry = self._entries.get(token)
        if entry is None:
            now = time.monotonic()
            if len(self._entries) >= MAX_BUCKETS:
                self._make_room(now)
            entry = self._entries[token] = RateLimitEntry(
                Bucket(self._usual, self._usual * self._burst, now)
            )
        return entry

    def due(self, token: str) -> bool:
        """Say whether it is time to ask how much the holder of this token may do."""
        entry = self._entries.get(token)
        return entry is not None and time.monotonic() - entry.learnt_at > LEARN_EVERY

    def learn(self, token: str, *, rate: int | None, tenant: str, actor: str | None) -> None:
        """The holder of this token was let in, and may ask this often; None: the usual rate."""
        entry = self._entries.get(token)
        if entry is None:
            return
        now = time.monotonic()
        new_rate = self._usual if rate is None else rate
        if new_rate != entry.bucket.rate:
            entry.bucket.change(new_rate, new_rate * self._burst, now)
            entry.policy = b""
        entry.tenant, entry.actor, entry.learnt_at = tenant, actor, now

    def fail(self, token: str, address: str | None) -> None:
        """A token was wrong: its holder is unknown again, and the address loses a try.

        Without an address nobody loses one: the token was right once, so nobody is guessing. Then
        the bucket stays, for what has ended may be sent no more often than what has not.
        """
        if address is None:
            if (entry := self._entries.get(token)) is not None:
                entry.tenant = entry.actor = None
            return
        self._entries.pop(token, None)
        if not self._failures:
            return
        now = time.monotonic()
        place = network_of(address)
        bucket = self._addresses.get(place)
        if bucket is None:
            if len(self._addresses) >= MAX_BUCKETS:
                self._make_room(now)
            bucket = Bucket(self._failures / 60, self._failures, now)
            self._addresses[place] = bucket
        bucket.take(now)

    def shut_out(self, entry: RateLimitEntry, address: str) -> Bucket | None:
        """Return the bucket of the address of somebody unknown, where too many were wrong."""
        if entry.actor is not None or not self._addresses:
            return None
        bucket = self._addresses.get(network_of(address))
        return bucket if bucket is not None and bucket.fill(time.monotonic()) < 1 else None

    def _make_room(self, now: float) -> None:
        """Forget the unknown first: a bucket that is full again is as good as a new one."""
        self._entries = {
            token: entry
            for token, entry in self._entries.items()
            if entry.bucket.quiet(now) < (QUIET if entry.actor else 1)
        }
        self._addresses = {
            place: bucket for place, bucket in self._addresses.items() if bucket.quiet(now) < QUIET
        }
        # Whatever is still too much is a flood; forgetting everybody is fair and costs little.
        if len(self._entries) >= MAX_BUCKETS:
            self._entries.clear()
        if len(self._addresses) >= MAX_BUCKETS:
            self._addresses.clear()


def plain_address(text: str) -> str | None:
    """Return an address in its one spelling, None for what is none.

    A server that listens on IPv6 sees who comes by IPv4 as `::ffff:192.0.2.1`; that is `192.0.2.1`.
    """
    try:
        found = ip_address(text.strip())
    except ValueError:
        return None
    return str(getattr(found, "ipv4_mapped", None) or found)


def network_of(address: str) -> str:
    """Return the address, of IPv6 the /64 that one customer has to themselves."""
    if ":" not in address or (plain := plain_address(address)) is None:
        return address
    return str(ip_network((plain.partition("%")[0], 64), strict=False)) if ":" in plain else plain
