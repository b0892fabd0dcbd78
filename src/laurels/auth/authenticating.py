"""Who holds a token: the authenticator that `kit.access` declares and `api.py` plugs in."""

import hmac
from collections.abc import Sequence
from functools import lru_cache
from uuid import UUID

import asyncpg

from laurels import tenants
from laurels.kit import idempotency, preface
from laurels.kit.access import LetIn, Principal
from laurels.kit.ids import decode_suffix, encode
from laurels.kit.rates import Rates
from laurels.kit.time import utc_now
from laurels.kit.work import BEGAN_AT, PLATFORM, Actor, Work
from laurels.permissions import ALL_PERMISSIONS, Permission

from . import operators
from .errors import KeyExpired, TokenExpired
from .holding import EVERYTHING
from .roles import ROLES, Role
from .service import ID_LENGTH, SECRET_LENGTH, TOUCH_EVERY, fingerprint
from .tokens import Claims, read_access_token


@lru_cache(maxsize=1024)
def _parts(token: str) -> tuple[UUID, UUID] | None:
    mode, _, rest = token.removeprefix("lk_").partition("_")
    if not token.startswith("lk_") or mode not in {"test", "live"}:
        return None
    if len(rest) != 2 * ID_LENGTH + SECRET_LENGTH or not rest.isascii():
        return None
    try:
        tenant = UUID(int=decode_suffix(rest[:ID_LENGTH], "a tenant"))
        key = UUID(int=decode_suffix(rest[ID_LENGTH : 2 * ID_LENGTH], "a key"))
    except ValueError:
        return None
    return tenant, key


_KEY = (
    "hash, scopes, last_used_at, expires_at <= now() as expired, expires_at,"
    " (select c.now from laurels.test_clocks as c where c.tenant_id = $1) as clock"
)
_VALID = "where tenant_id = $1 and id = $2 and revoked_at is null"
_PERSON = (
    "s.staff_id, p.role, p.status, s.refreshed_at, s.expires_at,"
    " (select c.now from laurels.test_clocks as c where c.tenant_id = $1) as clock"
)
_PRESENT = (
    "laurels.staff_sessions as s inner join laurels.staff as p on p.tenant_id = s.tenant_id"
    " and p.id = s.staff_id where s.tenant_id = $1 and s.id = $2 and s.ended_at is null"
    " and s.expires_at > now() and p.status = 'active'"
)
assert _KEY.count(",") == _PERSON.count(","), "what is read with either comes in the same places"


@lru_cache(maxsize=1024)
def _allowed(scopes: tuple[str, ...]) -> frozenset[Permission]:
    if EVERYTHING in scopes:
        return ALL_PERMISSIONS
    return frozenset(Permission(scope) for scope in scopes if scope in ALL_PERMISSIONS)


@lru_cache(maxsize=1024)
def _holder_of(key_id: UUID) -> Actor:
    return Actor("api_key", encode("api_key", key_id))


def _lasting(token: str) -> Claims | None:
    """Return what a person's token says, None when it is none. Raise TokenExpired."""
    claims = read_access_token(token)
    if claims is not None and claims.expires_at <= utc_now():
        raise TokenExpired
    return claims


class KeyAuthenticator:
    """Tells who holds an API key of a tenant, an operator's key, or a person's access token.

    Whom it lets in, the rate limiter learns from it, and how often they may ask.
    """

    def __init__(self, rates: Rates | None = None) -> None:
        self._rates = rates or Rates()

    def tenant_of(self, token: str) -> UUID | None:
        """Return the tenant that the key carries, None when it is no key of ours."""
        if token.startswith(operators.PREFIX):
            return PLATFORM
        parts = _parts(token)
        if parts is not None:
            return parts[0]
        claims = read_access_token(token)
        return None if claims is None else claims.tenant_id

    async def identify(self, work: Work, token: str) -> Principal | None:
        """Return who holds the key; None when it is unknown or withdrawn.

        Raise KeyExpired or TokenExpired.

        The work is still in real time. The tenant's test clock, if it has one, is read on the way.
        """
        if token.startswith(operators.PREFIX):
            return await self._teach(work, token, await operators.identify_operator(work, token))
        parts = _parts(token)
        if parts is None:
            claims = _lasting(token)
            if claims is None:
                return None
            row = await work.fetchrow(
                f"select {_PERSON} from {_PRESENT}", work.tenant_id, claims.session_id
            )
            return await self._person(work, token, claims, row)
        row = await work.fetchrow(
            f"select {_KEY} from laurels.api_keys {_VALID}", work.tenant_id, parts[1]
        )
        return await self._principal(work, token, parts[1], row)

    async def let_in(
        self, work: Work, token: str, keys: Sequence[str], ahead: preface.Ahead | None = None
    ) -> LetIn | None:
        """Like `identify`, and with the same statement: what deeds want to know first.

        That is what rooms registered in `kit.preface`, which idempotency keys came before, and
        what this batch asks `ahead`.
        """
        if token.startswith(operators.PREFIX):
            # Operators have no wallets and no purchases: their permissions open no hot door.
            principal = await self.identify(work, token)
            return None if principal is None else LetIn(principal, [])
        parts = _parts(token)
        claims = _lasting(token) if parts is None else None
        if parts is None and claims is None:
            return None
        before, where = (_PERSON, _PRESENT) if claims else (_KEY, f"laurels.api_keys {_VALID}")
        row = await work.fetchrow(
            f"select {before}, now(), {idempotency.KNOWN}{preface.columns()}"
            f"{preface.question(ahead, 4)} from {where}",
            work.tenant_id, claims.session_id if claims else parts and parts[1], keys,
            *(ahead.values if ahead else ()),
        )  # fmt: skip
        if claims is not None:
            principal = await self._person(work, token, claims, row)
        else:
            assert parts is not None, "it is a key or a person's token"
            principal = await self._principal(work, token, parts[1], row)
        if principal is None or row is None:
            return None
        work.memo[BEGAN_AT] = row[6]
        told = row[8:]
        if ahead is not None:
            *told, answer = told
            work.memo[ahead.key] = (ahead.about, answer)
        preface.remember(work, told)
        return LetIn(principal, row[7])

    async def _principal(
        self, work: Work, token: str, key_id: UUID, row: asyncpg.Record | None
    ) -> Principal | None:
        if row is None or not hmac.compare_digest(bytes(row["hash"]), fingerprint(token)):
            return None
        if row["expired"]:
            # Only whoever holds the whole key is told, so nobody learns by guessing.
            msg = f"This API key ended at {row['expires_at']:%Y-%m-%dT%H:%M:%SZ}; use a newer one."
            raise KeyExpired(msg)
        if row["last_used_at"] is None or row["last_used_at"] < work.now - TOUCH_EVERY:
            await self._touch(work, key_id)
        actor = _holder_of(key_id)
        allowed = _allowed(tuple(row["scopes"]))
        found = Principal(work.tenant_id, actor, allowed, row["clock"])
        return await self._teach(work, token, found)

    async def _person(
        self, work: Work, token: str, claims: Claims, row: asyncpg.Record | None
    ) -> Principal | None:
        """Return who signed in, with what their role may do at this moment."""
        if row is None or row["staff_id"] != claims.staff_id:
            return None
        actor = Actor("staff", encode("staff", claims.staff_id))
        allowed = ROLES[Role(row["role"])]
        found = Principal(work.tenant_id, actor, allowed, row["clock"], claims.session_id)
        return await self._teach(work, token, found)

    async def _teach(self, work: Work, token: str, who: Principal | None) -> Principal | None:
        """Return who it is, after the rate limiter has learnt how often they may ask."""
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

    async def _touch(self, work: Work, key_id: UUID) -> None:
        # Whoever comes first in a minute writes; the others do not wait for it.
        await work.fetch(
            "update laurels.api_keys set last_used_at = $3 where tenant_id = $1 and id = ("
            " select id from laurels.api_keys where tenant_id = $1 and id = $2"
            " for update skip locked)",
            work.tenant_id, key_id, work.now,
        )  # fmt: skip

    async def require_feature(self, work: Work, name: str) -> None:
        """Raise FeatureOff when the operator has switched this feature off for the tenant."""
        await tenants.require_feature(work, name)
