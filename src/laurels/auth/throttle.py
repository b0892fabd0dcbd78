"""Slowing down whoever guesses passwords or has mails sent, for all processes together.

Three counters stand for each attempt: of the account, of the address, and of the pair of both.
Each lets some attempts go free and then makes the next one wait a second, two, four, up to a
quarter of an hour; an hour of calm settles it. The account's counter does not hold for a pair that
signed in during the last ninety days, so that a guesser elsewhere keeps nobody out of their own
place. Names and addresses are kept as keyed hashes.
"""

import hmac
import logging
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from prometheus_client import Counter

from laurels.kit import crypto
from laurels.kit.db.sql import statements
from laurels.kit.http.rate_limits import network_of
from laurels.kit.values.time import utc_now
from laurels.kit.work import Work

SQL = statements(__name__)

log = logging.getLogger("laurels.auth")
_KEY = "laurels: who is slowed down, 1"
ATTEMPTS = Counter("laurels_sign_in_attempts", "Attempts to sign in, by outcome.", ["outcome"])


@dataclass(frozen=True, slots=True)
class Subjects:
    """Whom an attempt is counted for."""

    hashes: tuple[bytes, ...]
    kinds: tuple[str, ...]

    @classmethod
    def of(cls, *named: tuple[str, str]) -> "Subjects":
        """Return the subjects of these kinds and names. Raise SecretKeyMissing."""
        key = crypto.derived(_KEY)[0]
        return cls(
            tuple(hmac.digest(key, f"{kind}\n{name}".encode(), "sha256") for kind, name in named),
            tuple(kind for kind, _ in named),
        )

    @property
    def hint(self) -> str:
        """A few letters to find the first subject by in the log."""
        return self.hashes[0].hex()[:12]


def of_sign_in(email: str, ip: str | None) -> Subjects:
    """Return whom an attempt to sign in is counted for."""
    place = network_of(ip or "unknown")
    return Subjects.of(("account", email), ("address", place), ("pair", f"{email}\n{place}"))


def of_invitation(email: str) -> Subjects:
    """Return whom the mail of an invitation is counted for; who invites has shown who they are.

    Mails that strangers ask for have a counter of their own, so that they hold up no invitation.
    """
    return Subjects.of(("mail", f"invitation\n{email}"))


def of_mail(email: str, ip: str | None) -> Subjects:
    """Return whom a mail that somebody asks for is counted for."""
    return Subjects.of(("mail", email), ("address", f"mail\n{network_of(ip or 'unknown')}"))


async def ask(work: Work, subjects: Subjects, now: datetime | None = None) -> int:
    """Return 0 when the attempt may be made, and is counted; else the seconds to wait."""
    row = await work.fetchrow(SQL.ask_attempt, *_values(subjects), now or utc_now())
    assert row is not None, "a function has a value"
    if row[0]:
        ATTEMPTS.labels("slowed").inc()
        log.warning("slowed down for %d s: %s %s", row[0], subjects.kinds[0], subjects.hint)
    return row[0]


async def lift(work: Work, subjects: Subjects) -> None:
    """The attempt was a good one: it does not count, and this pair is familiar from now on."""
    await work.fetch("select laurels.lift_attempt($1, $2, $3)", *_values(subjects), utc_now())


def _values(subjects: Subjects) -> tuple[Sequence[bytes], Sequence[str]]:
    return list(subjects.hashes), list(subjects.kinds)
