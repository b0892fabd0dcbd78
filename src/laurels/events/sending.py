"""One request to an endpoint: pinned to a judged address, bounded in time and in what is read."""

import asyncio
import ssl
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from functools import lru_cache

import httpx

from laurels import __version__
from laurels.kit.values.text import printable
from laurels.kit.values.time import utc_now
from laurels.outbound import MAX_WAIT_SECONDS, Outcome, Retry, Sent, Stopped

from .addresses import AddressRefused, resolve

READ_BYTES = 1000
"""How much of an answer is read and kept for the log."""
GONE = 410
_MAX_RETRY_AFTER_CHARS = 40
"""Longer than any date in a header."""


class Sender:
    """Sends to one endpoint, so that connections are shared with no other host's."""

    def __init__(self, *, timeout: float, at_once: int, allow_private: bool) -> None:
        self._timeout = timeout
        self._allow_private = allow_private
        self._client = httpx.AsyncClient(
            verify=_tls(),
            timeout=timeout,
            limits=httpx.Limits(max_connections=at_once),
            follow_redirects=False,
            trust_env=False,
            headers={
                "User-Agent": f"Laurels/{__version__}",
                "Content-Type": "application/json",
                # What is read of an answer is not worth unpacking.
                "Accept-Encoding": "identity",
            },
        )

    async def post(self, url: str, body: bytes, headers: dict[str, str]) -> Outcome:
        """Return what follows from the answer, or in words why there is none. Raises nothing."""
        try:
            async with asyncio.timeout(self._timeout):
                status, read, waits = await self._exchange(url, body, headers)
        except TimeoutError:
            return Retry(error=f"no answer within {self._timeout:g} seconds")
        except AddressRefused as error:
            return Retry(error=str(error))
        except Exception as error:  # noqa: BLE001 - whatever is sent, the attempt is booked
            return Retry(error=printable(f"{type(error).__name__}: {error}")[:500])
        return outcome_of(status, read, seconds_to_wait(waits, utc_now()))

    async def _exchange(
        self, url: str, body: bytes, headers: dict[str, str]
    ) -> tuple[int, str, str | None]:
        target = httpx.URL(url)
        port = target.port or (443 if target.scheme == "https" else 80)
        address = await resolve(target.host, port, allow_private=self._allow_private)
        request = self._client.build_request(
            "POST",
            target.copy_with(host=address),
            content=body,
            headers={**headers, "Host": target.netloc.decode("ascii")},
            # The certificate is that of the name, though the connection goes to the address.
            extensions={"sni_hostname": target.host},
        )
        response = await self._client.send(request, stream=True)
        try:
            read = b""
            async for part in response.aiter_raw():
                read += part
                if len(read) >= READ_BYTES:
                    break
        finally:
            await response.aclose()
        text = printable(read[:READ_BYTES].decode("utf-8", "replace"))[:READ_BYTES]
        return response.status_code, text, response.headers.get("retry-after")

    async def close(self) -> None:
        """Close the connections."""
        await self._client.aclose()


def outcome_of(status: int, response: str = "", after: float | None = None) -> Outcome:
    """Return what follows from an answer: 2xx arrived, 410 is never asked again, others later."""
    if 200 <= status < 300:
        return Sent(status=status, response=response)
    if status == GONE:
        return Stopped(status=status, response=response, error="answered 410 Gone")
    error = f"answered {status}"
    if 300 <= status < 400:
        error += "; redirects are not followed"
    return Retry(status=status, response=response, error=error, after=after or 0.0)


def seconds_to_wait(text: str | None, now: datetime) -> float | None:
    """Return how long a `Retry-After` asks to wait, in seconds; None when it says nothing.

    Never more than MAX_WAIT_SECONDS, and nothing of what is longer than a date.
    """
    text = (text or "").strip()
    if not text.isascii() or not 0 < len(text) <= _MAX_RETRY_AFTER_CHARS:
        return None
    if text.isdecimal():
        return min(float(text), MAX_WAIT_SECONDS)
    try:
        moment = parsedate_to_datetime(text)
        if moment.tzinfo is None:
            moment = moment.replace(tzinfo=UTC)
        seconds = (moment - now).total_seconds()
    except (ValueError, TypeError, ArithmeticError, LookupError):
        return None
    return min(max(0.0, seconds), MAX_WAIT_SECONDS)


@lru_cache(maxsize=1)
def _tls() -> ssl.SSLContext:
    # Reading the authorities takes a while; all senders share them.
    return httpx.create_ssl_context()
