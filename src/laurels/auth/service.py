"""API keys: make, recognise, withdraw.

A key reads `lk_live_<tenant><key><secret>`: 26 letters of the tenant's id, 26 of the key's own,
32 of chance. The tenant is known before the first look-up; only a hash is stored.
"""

import hashlib
import hmac
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from laurels import audit
from laurels.kit.access import Principal
from laurels.kit.errors import Invalid
from laurels.kit.ids import decode_suffix, encode, new_id
from laurels.kit.work import Actor, Work
from laurels.permissions import ALL_PERMISSIONS, Permission

from .errors import KeyNotFound

EVERYTHING = "*"
_LETTERS = "0123456789abcdefghijkmnpqrstuvwxyz"
_SECRET_LENGTH = 32
_ID = 26
_TOUCH_EVERY = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class NewKey:
    """A key that was made just now: the only moment in which it can be read."""

    id: UUID
    key: str


async def create_key(
    work: Work,
    *,
    name: str,
    test: bool,
    scopes: Sequence[str] = (EVERYTHING,),
    expires_at: datetime | None = None,
) -> NewKey:
    """A key exists with these permissions (`*`: all). Raise Invalid for a permission unknown."""
    for place, scope in enumerate(scopes):
        if scope != EVERYTHING and scope not in ALL_PERMISSIONS:
            msg = f"`{scope[:40]}` is not a permission; see docs/reference/permissions.md"
            raise Invalid(msg, field=f"scopes.{place}")
    key_id = new_id()
    mode = "test" if test else "live"
    secret = "".join(secrets.choice(_LETTERS) for _ in range(_SECRET_LENGTH))
    tenant_part = encode("tenant", work.tenant_id).removeprefix("ten_")
    key = f"lk_{mode}_{tenant_part}{encode('api_key', key_id).removeprefix('key_')}{secret}"
    await work.fetch(
        "insert into laurels.api_keys (tenant_id, id, name, mode, hash, hint, scopes, created_at,"
        " expires_at) values ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
        work.tenant_id, key_id, name, mode, _hash(key), key[-4:], list(scopes), work.now,
        expires_at,
    )  # fmt: skip
    await audit.record(
        work,
        action="auth.key_created",
        target_type="api_key",
        target_id=encode("api_key", key_id),
        after={"name": name, "scopes": list(scopes), "hint": key[-4:]},
    )
    return NewKey(key_id, key)


async def revoke_key(work: Work, key_id: UUID) -> None:
    """The key opens no door any more, from the next request on. Raise KeyNotFound."""
    row = await work.fetchrow(
        "update laurels.api_keys set revoked_at = coalesce(revoked_at, $3)"
        " where tenant_id = $1 and id = $2 returning id",
        work.tenant_id, key_id, work.now,
    )  # fmt: skip
    if row is None:
        raise KeyNotFound
    await audit.record(
        work,
        action="auth.key_revoked",
        target_type="api_key",
        target_id=encode("api_key", key_id),
    )


async def list_keys(work: Work) -> list[dict[str, Any]]:
    """Return all keys, newest first, without what opens doors."""
    rows = await work.fetch(
        "select id, name, mode, hint, scopes, created_at, expires_at, revoked_at, last_used_at"
        " from laurels.api_keys where tenant_id = $1 order by id desc",
        work.tenant_id,
    )
    return [dict(row) for row in rows]


def _hash(key: str) -> bytes:
    # A key has 160 bits of chance, so a fast hash is enough: there is nothing to guess.
    return hashlib.sha256(key.encode()).digest()


def _parts(token: str) -> tuple[UUID, UUID] | None:
    mode, _, rest = token.removeprefix("lk_").partition("_")
    if not token.startswith("lk_") or mode not in {"test", "live"}:
        return None
    if len(rest) != 2 * _ID + _SECRET_LENGTH or not rest.isascii():
        return None
    try:
        tenant = UUID(int=decode_suffix(rest[:_ID], "tenant"))
        key = UUID(int=decode_suffix(rest[_ID : 2 * _ID], "key"))
    except ValueError:
        return None
    return tenant, key


class KeyAuthenticator:
    """Tells who holds an API key."""

    def tenant_of(self, token: str) -> UUID | None:
        """Return the tenant that the key carries, None when it is no key of ours."""
        parts = _parts(token)
        return None if parts is None else parts[0]

    async def identify(self, work: Work, token: str) -> Principal | None:
        """Return who holds the key; None when it is unknown, withdrawn or past its end."""
        parts = _parts(token)
        if parts is None:
            return None
        row = await work.fetchrow(
            "select hash, scopes, last_used_at from laurels.api_keys where tenant_id = $1"
            " and id = $2 and revoked_at is null and (expires_at is null or expires_at > now())",
            work.tenant_id, parts[1],
        )  # fmt: skip
        if row is None or not hmac.compare_digest(bytes(row["hash"]), _hash(token)):
            return None
        if row["last_used_at"] is None or row["last_used_at"] < work.now - _TOUCH_EVERY:
            await self._touch(work, parts[1])
        scopes: list[str] = row["scopes"]
        allowed = (
            ALL_PERMISSIONS
            if EVERYTHING in scopes
            else frozenset(Permission(scope) for scope in scopes if scope in ALL_PERMISSIONS)
        )
        actor = Actor("api_key", encode("api_key", parts[1]))
        return Principal(work.tenant_id, actor, allowed)

    async def _touch(self, work: Work, key_id: UUID) -> None:
        # Whoever comes first in a minute writes; the others do not wait for it.
        await work.fetch(
            "update laurels.api_keys set last_used_at = $3 where tenant_id = $1 and id = ("
            " select id from laurels.api_keys where tenant_id = $1 and id = $2"
            " for update skip locked)",
            work.tenant_id, key_id, work.now,
        )  # fmt: skip
