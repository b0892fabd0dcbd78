"""Tokens of people: what they look like, how they are made, and how they are read.

    access token    lk_session_<tenant><person><pair><secret>, for ten minutes
    refresh token   lk_refresh_<tenant><pair><secret>, for one exchange
    links of mails  lk_invite_<tenant><invitation><secret>, lk_reset_<reset><secret>

Access and refresh token are given as a pair, with 160 bits of chance each, and stored as hashes.
The secret of a link is derived from the id with a key of its own purpose, and stored nowhere. That
key comes from LAURELS_SECRET_KEY: with several of them the first makes links and all are read, so a
key is changed by putting a new one in front.
"""

import base64
import hmac
from dataclasses import dataclass
from datetime import timedelta
from functools import lru_cache
from uuid import UUID

from laurels.kit import crypto
from laurels.kit.values.ids import decode_suffix, encode

from .service import ID_LENGTH, SECRET_LENGTH, chance

ACCESS_LASTS = timedelta(minutes=10)
ACCESS = "lk_session_"
REFRESH = "lk_refresh_"
INVITE = "lk_invite_"
RESET = "lk_reset_"
_LINK_KEY = "laurels: links in mails, 1"


@dataclass(frozen=True, slots=True)
class Claims:
    """What an access token says of itself; whether it is so, its hash tells."""

    tenant_id: UUID
    staff_id: UUID
    pair_id: UUID


def access_token(tenant_id: UUID, staff_id: UUID, pair_id: UUID) -> str:
    """Return a fresh token of this pair."""
    # It names the person because an Idempotency-Key is theirs: the next pair has the same ones.
    ids = _letters("tenant", tenant_id), _letters("staff", staff_id)
    return f"{ACCESS}{''.join(ids)}{_letters('refresh_token', pair_id)}{chance()}"


@lru_cache(maxsize=4096)
def read_access_token(token: str) -> Claims | None:
    """Return what an access token says of itself, None when it is none."""
    found = ids_in(token, ACCESS, 3)
    return None if found is None else Claims(*found)


def refresh_token(tenant_id: UUID, pair_id: UUID) -> str:
    """Return a fresh token of this pair."""
    return f"{REFRESH}{_letters('tenant', tenant_id)}{_letters('refresh_token', pair_id)}{chance()}"


def read_refresh_token(token: str) -> tuple[UUID, UUID] | None:
    """Return tenant and id of a refresh token, None when it is none."""
    found = ids_in(token, REFRESH, 2)
    return None if found is None else (found[0], found[1])


# -- links of mails ------------------------------------------------------------------------------


def invitation_token(tenant_id: UUID, invitation_id: UUID) -> str:
    """Return what the mail of an invitation holds. Raise SecretKeyMissing."""
    start = f"{INVITE}{_letters('tenant', tenant_id)}{_letters('staff_invitation', invitation_id)}"
    return start + _derived(start, 0)


def read_invitation_token(token: str) -> tuple[UUID, UUID] | None:
    """Return tenant and id of a genuine invitation, None for what is none of ours."""
    found = ids_in(token, INVITE, 2)
    return (found[0], found[1]) if found is not None and _is_genuine(token) else None


def reset_token(reset_id: UUID) -> str:
    """Return what the mail about a new password holds. Raise SecretKeyMissing."""
    start = f"{RESET}{_letters('password_reset', reset_id)}"
    return start + _derived(start, 0)


def read_reset_token(token: str) -> UUID | None:
    """Return the id of a genuine link to a new password, None for what is none of ours."""
    found = ids_in(token, RESET, 1)
    return found[0] if found is not None and _is_genuine(token) else None


def _derived(start: str, which: int) -> str:
    key = crypto.derived(_LINK_KEY)[which]
    mac = hmac.digest(key, start.encode(), "sha256")
    return base64.b32encode(mac).decode().lower()[:SECRET_LENGTH]


def _is_genuine(token: str) -> bool:
    start, given = token[:-SECRET_LENGTH], token[-SECRET_LENGTH:]
    return any(
        hmac.compare_digest(_derived(start, which), given)
        for which in range(len(crypto.derived(_LINK_KEY)))
    )


def _letters(kind: str, value: UUID) -> str:
    return encode(kind, value).rpartition("_")[2]


def ids_in(token: str, prefix: str, count: int) -> list[UUID] | None:
    """Return the ids between prefix and secret, None when it is no such token."""
    rest = token.removeprefix(prefix)
    if not token.startswith(prefix) or not rest.isascii():
        return None
    if len(rest) != count * ID_LENGTH + SECRET_LENGTH:
        return None
    try:
        return [
            UUID(int=decode_suffix(rest[at * ID_LENGTH : (at + 1) * ID_LENGTH], "a token"))
            for at in range(count)
        ]
    except ValueError:
        return None
