"""Tokens of people: what they look like, how they are made, and how they are read.

    access token    a JWT (HS256) of ten minutes, with tenant, person and session; not stored
    refresh token   lk_refresh_<tenant><token><secret>, 160 bits of chance; stored as a hash
    links of mails  lk_invite_<tenant><invitation><secret>, lk_reset_<reset><secret>; the secret is
                    derived from the id with a key of its own purpose, and stored nowhere

Keys are derived from LAURELS_SECRET_KEY. With several of them the first signs and all are read,
so a key is changed by putting a new one in front.
"""

import base64
import hashlib
import hmac
import secrets
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from uuid import UUID

import jwt

from laurels.kit import crypto
from laurels.kit.ids import decode, decode_suffix, encode

from .service import ID_LENGTH, LETTERS, SECRET_LENGTH

ACCESS_LASTS = timedelta(minutes=10)
REFRESH = "lk_refresh_"
INVITE = "lk_invite_"
RESET = "lk_reset_"
_ACCESS_KEY = "laurels: access tokens of staff, 1"
_LINK_KEY = "laurels: links in mails, 1"
_ISSUER = "laurels"
_AUDIENCE = "laurels-staff"
_ALGORITHM = "HS256"


@dataclass(frozen=True, slots=True)
class Claims:
    """What an access token says: who, where, in which session, until when."""

    tenant_id: UUID
    staff_id: UUID
    session_id: UUID
    expires_at: datetime


def access_token(tenant_id: UUID, staff_id: UUID, session_id: UUID, now: datetime) -> str:
    """Return a signed token that lasts ten minutes. Raise SecretKeyMissing."""
    key = crypto.derived(_ACCESS_KEY)[0]
    said = {
        "iss": _ISSUER,
        "aud": _AUDIENCE,
        "sub": encode("staff", staff_id),
        "ten": encode("tenant", tenant_id),
        "sid": encode("staff_session", session_id),
        "iat": int(now.timestamp()),
        "exp": int((now + ACCESS_LASTS).timestamp()),
        "jti": secrets.token_urlsafe(9),
    }
    return jwt.encode(said, key, algorithm=_ALGORITHM, headers={"kid": _name_of(key)})


@lru_cache(maxsize=4096)
def read_access_token(token: str) -> Claims | None:
    """Return what a token of ours says, whether or not it has ended; None when it is none."""
    if not token.startswith("eyJ") or len(token) > 1024 or not _is_canonical(token):
        return None
    try:
        named = jwt.get_unverified_header(token).get("kid")
        key = next(key for key in crypto.derived(_ACCESS_KEY) if _name_of(key) == named)
        said = jwt.decode(
            token, key, algorithms=[_ALGORITHM], audience=_AUDIENCE, issuer=_ISSUER,
            options={"require": ["exp", "sub", "ten", "sid"], "verify_exp": False,
                     "verify_iat": False},
        )  # fmt: skip
        return Claims(
            decode("tenant", said["ten"]),
            decode("staff", said["sub"]),
            decode("staff_session", said["sid"]),
            datetime.fromtimestamp(said["exp"], UTC),
        )
    except (jwt.InvalidTokenError, StopIteration, ValueError, TypeError):
        return None
    except crypto.SecretKeyMissing:
        return None


def _is_canonical(token: str) -> bool:
    """Tell whether a token is spelt as we spell it; base64 has several spellings for the same.

    A second spelling would be somebody else for whoever counts requests.
    """
    try:
        return "=" not in token and all(
            base64.urlsafe_b64encode(base64.urlsafe_b64decode(part + "=" * (-len(part) % 4)))
            == part.encode() + b"=" * (-len(part) % 4)
            for part in token.split(".")
        )
    except ValueError:
        return False


def _name_of(key: bytes) -> str:
    return hashlib.sha256(key).hexdigest()[:12]


# -- refresh tokens ------------------------------------------------------------------------------


def refresh_token(tenant_id: UUID, token_id: UUID) -> str:
    """Return a fresh token of this id."""
    secret = "".join(secrets.choice(LETTERS) for _ in range(SECRET_LENGTH))
    return f"{REFRESH}{_letters('tenant', tenant_id)}{_letters('refresh_token', token_id)}{secret}"


def read_refresh_token(token: str) -> tuple[UUID, UUID] | None:
    """Return tenant and id of a refresh token, None when it is none."""
    found = _ids(token, REFRESH, 2)
    return None if found is None else (found[0], found[1])


# -- links of mails ------------------------------------------------------------------------------


def invitation_token(tenant_id: UUID, invitation_id: UUID) -> str:
    """Return what the mail of an invitation holds. Raise SecretKeyMissing."""
    start = f"{INVITE}{_letters('tenant', tenant_id)}{_letters('staff_invitation', invitation_id)}"
    return start + _derived(start, 0)


def read_invitation_token(token: str) -> tuple[UUID, UUID] | None:
    """Return tenant and id of a genuine invitation, None for what is none of ours."""
    found = _ids(token, INVITE, 2)
    return (found[0], found[1]) if found is not None and _is_genuine(token) else None


def reset_token(reset_id: UUID) -> str:
    """Return what the mail about a new password holds. Raise SecretKeyMissing."""
    start = f"{RESET}{_letters('password_reset', reset_id)}"
    return start + _derived(start, 0)


def read_reset_token(token: str) -> UUID | None:
    """Return the id of a genuine link to a new password, None for what is none of ours."""
    found = _ids(token, RESET, 1)
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


def _ids(token: str, prefix: str, count: int) -> list[UUID] | None:
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
