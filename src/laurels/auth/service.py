"""API keys: make, recognise, withdraw.

A key reads `lk_live_<tenant><key><secret>`: 26 letters of the tenant's id, 26 of the key's own,
32 of chance. The tenant is known before the first look-up; only a hash is stored. Keys live in real
time, whatever a tenant's test clock says.
"""

import hashlib
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Any
from uuid import UUID

from laurels import audit
from laurels.kit.db.sql import statements
from laurels.kit.errors import Invalid
from laurels.kit.http.paging import FIRST, Asked, Found, Listing
from laurels.kit.values.ids import decode, encode, new_id
from laurels.kit.values.time import require_future
from laurels.kit.work import Work
from laurels.permissions import ALL_PERMISSIONS

from .errors import KeyNotFound, ScopeNotHeld
from .holding import EVERYTHING, holding_of_asker

SQL = statements(__name__)

LETTERS = "0123456789abcdefghijkmnpqrstuvwxyz"
SECRET_LENGTH = 32
ID_LENGTH = 26
TOUCH_EVERY = timedelta(minutes=1)


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
    """A key exists with these permissions (`*`: all), until its end if it has one.

    Raise Invalid for a permission unknown or an end in the past, ScopeNotHeld for more than the
    key has by which this is asked.
    """
    for place, scope in enumerate(scopes):
        if scope != EVERYTHING and scope not in ALL_PERMISSIONS:
            msg = f"`{scope[:40]}` is not a permission; see docs/reference/permissions.md"
            raise Invalid(msg, field=f"scopes.{place}")
    require_future(expires_at, work.now, field="expires_at")
    await _refuse_more_than_asker_has(work, scopes, expires_at)
    key_id = new_id()
    mode = "test" if test else "live"
    tenant_part = encode("tenant", work.tenant_id).removeprefix("ten_")
    key = f"lk_{mode}_{tenant_part}{encode('api_key', key_id).removeprefix('key_')}{chance()}"
    await work.fetch(
        SQL.create_key,
        work.tenant_id,
        key_id,
        name,
        mode,
        fingerprint(key),
        key[-4:],
        list(scopes),
        expires_at,
    )
    await audit.record(
        work,
        "auth.key_created",
        "api_key",
        key_id,
        after={
            "name": name,
            "scopes": list(scopes),
            "hint": key[-4:],
            "expires_at": expires_at and expires_at.isoformat(),
        },
    )
    return NewKey(key_id, key)


async def revoke_key(work: Work, key_id: UUID) -> None:
    """The key is good for nothing any more, from the next request on.

    Nobody withdraws a key that can do more than they, but each key may withdraw itself. Raise
    KeyNotFound, ScopeNotHeld.
    """
    if work.actor.id != encode("api_key", key_id):
        await _refuse_stronger(work, (await get_key(work, key_id))["scopes"])
    row = await work.fetchrow(SQL.revoke_key, work.tenant_id, key_id)
    if row is None:
        raise KeyNotFound
    await audit.record(work, "auth.key_revoked", "api_key", key_id)


async def _refuse_stronger(work: Work, scopes: Sequence[str]) -> None:
    held = await holding_of_asker(work)
    if not held.unlimited and any(
        scope == EVERYTHING or (scope in ALL_PERMISSIONS and scope not in held.permissions)
        for scope in scopes
    ):
        msg = (
            "The key has permissions that you lack; ask an owner to revoke it, or use a key with"
            " as many."
        )
        raise ScopeNotHeld(msg)


async def _refuse_more_than_asker_has(
    work: Work, scopes: Sequence[str], expires_at: datetime | None
) -> None:
    """A key can do no more than the one who makes it; made by a key it lasts no longer."""
    if work.actor.kind not in {"api_key", "staff"}:
        return
    held = await holding_of_asker(work)
    for place, scope in enumerate(scopes):
        if not held.unlimited and scope not in held.permissions:
            msg = f"you do not have `{scope}` yourself; leave it out, or use another key"
            raise ScopeNotHeld(msg, field=f"scopes.{place}")
    if work.actor.kind == "staff" or work.actor.id is None:
        return
    end = (await get_key(work, decode("api_key", work.actor.id)))["expires_at"]
    if end is not None and (expires_at is None or expires_at > end):
        msg = f"is later than the expiry of the key in use, {end:%Y-%m-%dT%H:%M:%SZ}"
        raise ScopeNotHeld(msg, field="expires_at")


async def get_key(work: Work, key_id: UUID) -> dict[str, Any]:
    """Return a key without its secret. Raise KeyNotFound."""
    row = await work.fetchrow(f"{SQL.api_keys} and id = $2", work.tenant_id, key_id)
    if row is None:
        raise KeyNotFound
    return dict(row)


KEYS = Listing(moment="created_at", happened="Made", sorts={"created_at": None})


async def list_keys(work: Work, asked: Asked = FIRST) -> Found[dict[str, Any]]:
    """Return keys, usually the newest first, without their secrets."""
    return await KEYS.fetch(work, asked, SQL.api_keys, work.tenant_id)


def chance() -> str:
    """Return the end of a key or token: what nobody can guess."""
    return "".join(secrets.choice(LETTERS) for _ in range(SECRET_LENGTH))


@lru_cache(maxsize=1024)
def fingerprint(key: str) -> bytes:
    """Return what is stored of a key."""
    # A key has 160 bits of chance, so a fast hash is enough: there is nothing to guess.
    return hashlib.sha256(key.encode()).digest()
