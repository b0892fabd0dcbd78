"""Who holds a token: the authenticator that `kit.http.access` declares and `api.py` plugs in."""

import hmac
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Any
from uuid import UUID

import asyncpg

from laurels import tenants
from laurels.kit.db.sql import statements
from laurels.kit.errors import AppError
from laurels.kit.hot.context import columns, remember
from laurels.kit.http import idempotency
from laurels.kit.http.access import BatchAuthentication, Principal
from laurels.kit.http.rate_limits import Rates
from laurels.kit.values.ids import encode
from laurels.kit.work import PLATFORM, Actor, Work
from laurels.permissions import ALL_PERMISSIONS, ROLES, Permission, Role

from . import operators
from .errors import KeyExpired, KeyRevoked, TokenExpired
from .holding import EVERYTHING
from .service import ID_LENGTH, TOUCH_EVERY, fingerprint
from .tokens import Claims, ids_in, read_access_token

SQL = statements(__name__)


@lru_cache(maxsize=1024)
def _parts(token: str) -> tuple[UUID, UUID] | None:
    ids = ids_in(token, "lk_live_", 2) or ids_in(token, "lk_test_", 2)
    return None if ids is None else (ids[0], ids[1])


_CLOCK = "(select c.now from laurels.test_clocks as c where c.tenant_id = $1)"
_KEYS = """
array(
  select row(
    k.id, k.hash, k.scopes, k.last_used_at, k.expires_at, k.expires_at <= now(),
    k.revoked_at is not null
  )
  from laurels.api_keys as k
  where k.tenant_id = $1 and k.id = any($2)
)
"""
_SESSIONS = """
array(
  select row(
    t.id, t.access_hash, s.id, p.role,
    t.access_expires_at > now() and s.expires_at > now() and s.ended_at is null
      and p.status = 'active'
  )
  from laurels.refresh_tokens as t
  inner join laurels.staff_sessions as s on s.tenant_id = t.tenant_id and s.id = t.session_id
  inner join laurels.staff as p on p.tenant_id = s.tenant_id and p.id = s.staff_id
  where t.tenant_id = $1 and t.id = any($3)
)
"""


@lru_cache(maxsize=1024)
def _allowed(scopes: tuple[str, ...]) -> frozenset[Permission]:
    if EVERYTHING in scopes:
        return ALL_PERMISSIONS
    return frozenset(Permission(scope) for scope in scopes if scope in ALL_PERMISSIONS)


@lru_cache(maxsize=1024)
def _holder_of(key_id: UUID) -> Actor:
    return Actor("api_key", encode("api_key", key_id))


def _person_of(claims: Claims) -> Actor:
    return Actor("staff", encode("staff", claims.staff_id))


class KeyAuthenticator:
    """Tells who holds an API key of a tenant, an operator's key, or a person's access token.

    It tells the rate limiter whom it lets in, and how often they may ask.
    """

    def __init__(self, rates: Rates | None = None) -> None:
        self._rates = rates or Rates()

    def holder_of(self, token: str) -> tuple[UUID, str] | None:
        """Return the tenant and the id that the token claims, None when it is none of ours."""
        if token.startswith(operators.PREFIX):
            return PLATFORM, f"opk_{token.removeprefix(operators.PREFIX)[:ID_LENGTH]}"
        parts = _parts(token)
        if parts is not None:
            return parts[0], _holder_of(parts[1]).id or ""
        claims = read_access_token(token)
        return None if claims is None else (claims.tenant_id, _person_of(claims).id or "")

    async def identify(self, work: Work, token: str) -> Principal | None:
        """Return who holds the key; None when it is unknown.

        Raise KeyExpired, KeyRevoked or TokenExpired.

        The work is still in real time. The tenant's test clock, if it has one, is read on the way.
        """
        if token.startswith(operators.PREFIX):
            return await self._note_rate(
                work, token, await operators.identify_operator(work, token)
            )
        claimed = _TokenClaims.of([token])
        sql = f"select {_KEYS}, {_SESSIONS}, {_CLOCK}"
        row = await work.fetchrow(sql, work.tenant_id, claimed.key_ids, claimed.pair_ids)
        assert row is not None, "a statement without a table returns a row"
        holder = (await self._find_holders(work, claimed, row))[token]
        if isinstance(holder, AppError):
            raise holder
        return holder

    async def authenticate_batch(
        self, work: Work, tokens: Sequence[str], keys: Sequence[tuple[str, str]]
    ) -> BatchAuthentication:
        """Identify all holders of a batch in one statement, which reads its context too.

        That is what rooms `prefetch`, and which idempotency keys came before.
        """
        claimed = _TokenClaims.of(tokens)
        sql = f"select {_KEYS}, {_SESSIONS}, {_CLOCK}, now(), {idempotency.KNOWN}{columns()}"
        row = await work.fetchrow(
            sql,
            work.tenant_id,
            claimed.key_ids,
            claimed.pair_ids,
            [holder for holder, _ in keys],
            [text for _, text in keys],
        )
        assert row is not None, "a statement without a table returns a row"
        work.began = row[3]
        remember(work, row[5:])
        holders = await self._find_holders(work, claimed, row)
        return BatchAuthentication(holders, frozenset((key[0], key[1]) for key in row[4]), row[2])

    async def _find_holders(
        self, work: Work, claimed: "_TokenClaims", looked_up: asyncpg.Record
    ) -> dict[str, Principal | AppError | None]:
        """Return who holds each token: somebody, why they may not come in any more, or nobody."""
        keys, sessions = ({row[0]: row for row in rows} for rows in looked_up[:2])
        holders: dict[str, Principal | AppError | None] = {}
        for token in claimed.tokens:
            holder: Principal | None = None
            try:
                if (key_id := claimed.keys.get(token)) in keys:
                    holder = _key_holder(work.tenant_id, token, keys[key_id], looked_up[2])
                elif (claims := claimed.people.get(token)) is not None:
                    holder = _session_holder(
                        claims, token, sessions.get(claims.pair_id), looked_up[2]
                    )
            except AppError as error:
                holders[token] = error
            else:
                holders[token] = await self._note_rate(work, token, holder)
        due = [
            key_id
            for token, key_id in claimed.keys.items()
            if isinstance(holders[token], Principal)
            and (keys[key_id][3] is None or keys[key_id][3] < work.now - TOUCH_EVERY)
        ]
        if due:
            await self._touch(work, due)
        return holders

    async def _note_rate(self, work: Work, token: str, who: Principal | None) -> Principal | None:
        """Return who it is, after the rate limiter was told how often they may ask."""
        if who is None or not self._rates.due(token):
            return who
        operator = who.tenant_id == PLATFORM
        self._rates.learn(
            token,
            rate=None if operator else await tenants.requests_per_second(work),
            tenant="platform" if operator else encode("tenant", who.tenant_id),
            actor=who.actor.id,
        )
        return who

    async def _touch(self, work: Work, key_ids: Sequence[UUID]) -> None:
        # Whoever comes first in a minute writes; the others do not wait for it.
        await work.fetch(SQL.touch_keys, work.tenant_id, key_ids, work.now)

    async def require_feature(self, work: Work, name: str) -> None:
        """Raise FeatureOff when the operator has switched this feature off for the tenant."""
        await tenants.require_feature(work, name)


@dataclass(frozen=True, slots=True)
class _TokenClaims:
    """What tokens say of themselves, before anything is looked up."""

    tokens: Sequence[str]
    keys: dict[str, UUID]
    people: dict[str, Claims]

    @classmethod
    def of(cls, tokens: Sequence[str]) -> "_TokenClaims":
        keys = {token: parts[1] for token in tokens if (parts := _parts(token)) is not None}
        people = {
            token: claims
            for token in tokens
            if token not in keys and (claims := read_access_token(token)) is not None
        }
        return cls(tokens, keys, people)

    @property
    def key_ids(self) -> list[UUID]:
        return list(set(self.keys.values()))

    @property
    def pair_ids(self) -> list[UUID]:
        return list({claims.pair_id for claims in self.people.values()})


def _key_holder(tenant_id: UUID, token: str, row: Any, clock: datetime | None) -> Principal | None:
    """Return who holds a key. Raise KeyExpired or KeyRevoked.

    Only whoever holds the whole key is told, so nobody learns by guessing.
    """
    _, kept, scopes, _, expires_at, expired, revoked = row
    if not hmac.compare_digest(bytes(kept), fingerprint(token)):
        return None
    if revoked:
        raise KeyRevoked
    if expired:
        msg = f"This API key expired at {expires_at:%Y-%m-%dT%H:%M:%SZ}; use a newer one."
        raise KeyExpired(msg)
    return Principal(tenant_id, _holder_of(row[0]), _allowed(tuple(scopes)), clock)


def _session_holder(
    claims: Claims, token: str, row: Any, clock: datetime | None
) -> Principal | None:
    """Return who signed in, with what their role may do at this moment. Raise TokenExpired."""
    if row is None or not hmac.compare_digest(bytes(row[1]), fingerprint(token)):
        return None
    _, _, session_id, role, lasts = row
    if not lasts:
        # As with keys: only who holds the whole token is told that it was right once.
        raise TokenExpired
    return Principal(claims.tenant_id, _person_of(claims), ROLES[Role(role)], clock, session_id)
