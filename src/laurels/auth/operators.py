"""Operator keys: for those who run the platform. They read `lk_op_<key><secret>`.

An operator's work stands in the place of no tenant (`PLATFORM`), so no tenant's rows are visible
to it; `on_behalf` of one tenant lets an operation see that one.
"""

import hmac
from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from laurels import audit
from laurels.kit.db.sql import statements
from laurels.kit.errors import Invalid
from laurels.kit.http.access import Principal
from laurels.kit.values.ids import decode_suffix, encode, new_id
from laurels.kit.work import PLATFORM, Actor, Work
from laurels.permissions import PLATFORM_PERMISSIONS, Permission

from .errors import KeyExpired, KeyNotFound, KeyRevoked
from .service import ID_LENGTH, SECRET_LENGTH, TOUCH_EVERY, NewKey, chance, fingerprint

SQL = statements(__name__)

PREFIX = "lk_op_"


async def create_operator_key(
    work: Work,
    *,
    name: str,
    scopes: Sequence[str] = tuple(sorted(PLATFORM_PERMISSIONS)),
    expires_at: datetime | None = None,
) -> NewKey:
    """An operator has a key with these permissions. Raise Invalid for one that is not theirs."""
    for place, scope in enumerate(scopes):
        if scope not in PLATFORM_PERMISSIONS:
            msg = f"an operator's key can only have {' and '.join(sorted(PLATFORM_PERMISSIONS))}"
            raise Invalid(msg, field=f"scopes.{place}")
    key_id = new_id()
    key = f"{PREFIX}{encode('operator_key', key_id).removeprefix('opk_')}{chance()}"
    await work.fetch(
        SQL.create_operator_key, key_id, name, fingerprint(key), key[-4:], list(scopes), expires_at
    )
    await audit.record(
        work,
        "auth.operator_key_created",
        "operator_key",
        key_id,
        after={"name": name, "scopes": list(scopes), "hint": key[-4:]},
    )
    return NewKey(key_id, key)


async def revoke_operator_key(work: Work, key_id: UUID) -> None:
    """The key is good for nothing any more, from the next request on. Raise KeyNotFound."""
    row = await work.fetchrow(SQL.revoke_operator_key, key_id)
    if row is None:
        raise KeyNotFound
    await audit.record(work, "auth.operator_key_revoked", "operator_key", key_id)


async def list_operator_keys(work: Work) -> list[dict[str, Any]]:
    """Return all operator keys, newest first, without their secrets."""
    rows = await work.fetch(SQL.list_operator_keys)
    return [dict(row) for row in rows]


def key_of(token: str) -> UUID | None:
    """Return the id in an operator's key, None when it is none."""
    rest = token.removeprefix(PREFIX)
    if not token.startswith(PREFIX) or len(rest) != ID_LENGTH + SECRET_LENGTH:
        return None
    try:
        return UUID(int=decode_suffix(rest[:ID_LENGTH], "an operator key"))
    except ValueError:
        return None


async def identify_operator(work: Work, token: str) -> Principal | None:
    """Return who holds the key; None when it is unknown. Raise KeyExpired or KeyRevoked."""
    key_id = key_of(token)
    if key_id is None or work.tenant_id != PLATFORM:
        return None
    row = await work.fetchrow(SQL.find_operator_key, key_id)
    if row is None or not hmac.compare_digest(bytes(row["hash"]), fingerprint(token)):
        return None
    if row["revoked"]:
        raise KeyRevoked
    if row["expired"]:
        raise KeyExpired
    if row["last_used_at"] is None or row["last_used_at"] < work.now - TOUCH_EVERY:
        await work.fetch(SQL.touch_operator_key, key_id, work.now)
    scopes = frozenset(Permission(scope) for scope in row["scopes"])
    actor = Actor("operator", encode("operator_key", key_id))
    return Principal(PLATFORM, actor, scopes & PLATFORM_PERMISSIONS)
