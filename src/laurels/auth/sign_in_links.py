"""Links that sign in once, without a password: for a demo, for operators, for who lost their mail.

Only commands make them: whoever runs commands on the server may read the whole database anyway.
"""

from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from laurels.config import settings
from laurels.kit.db.sql import statements
from laurels.kit.http.access import RequestOrigin
from laurels.kit.values.ids import encode, new_id
from laurels.kit.values.time import utc_now
from laurels.kit.work import PLATFORM, Actor, Work, on_behalf

from .errors import LinkInvalid, StaffNotFound
from .logins import find_login, places_of
from .operators import create_operator_key
from .service import chance, fingerprint
from .sessions import Tokens, start_session, working
from .tokens import ids_in

SQL = statements(__name__)

ONE_TIME = "/console/one-time"
PREFIX = "lk_once_"
LASTS = timedelta(minutes=10)
"""How long a link can be used."""
OPERATOR_LASTS = timedelta(hours=8)
"""How long an operator stays signed in."""


@dataclass(frozen=True, slots=True)
class OperatorSession:
    """What an operator holds who signed in with a link: a key that ends by itself."""

    key: str
    expires_in: int = int(OPERATOR_LASTS.total_seconds())


async def make_staff_link(
    work: Work, *, email: str, tenant: str, address: str | None = None
) -> str:
    """Return a link that signs this person in to a tenant once. The work is the platform's.

    `address` is where the server answers, if not where the settings say.

    Raise StaffNotFound for who does not work there.
    """
    login = await find_login(work, email)
    places = [] if login is None else await places_of(work, login.id)
    if login is None or tenant not in {place.slug for place in places}:
        msg = f"Nobody with this address is active in `{tenant}`."
        raise StaffNotFound(msg)
    return await _make(work, address, login.id, tenant, None)


async def make_operator_link(work: Work, *, name: str) -> str:
    """Return a link that signs an operator in once. The work is the platform's."""
    return await _make(work, None, None, None, name)


async def _make(
    work: Work,
    address: str | None,
    user_id: UUID | None,
    tenant: str | None,
    operator: str | None,
) -> str:
    link_id, now = new_id(), utc_now()
    token = f"{PREFIX}{encode('sign_in_link', link_id).rpartition('_')[2]}{chance()}"
    values = (link_id, fingerprint(token), user_id, tenant, operator, now, now + LASTS)
    await work.fetch(SQL.add_sign_in_link, *values)
    return f"{address or settings().address}{ONE_TIME}#token={token}"


async def use_link(origin: RequestOrigin, token: str) -> tuple[str, Tokens | OperatorSession]:
    """Return the tenant that a link signs in to, and what its holder has from now on.

    Raise LinkInvalid for one that was used, has expired, or whose person works there no more.
    """
    ids = ids_in(token, PREFIX, 1)
    if ids is None:
        raise LinkInvalid(field="token")
    async with working(origin, PLATFORM) as work:
        row = await work.fetchrow(SQL.use_sign_in_link, ids[0], fingerprint(token), utc_now())
        if row is None:
            raise LinkInvalid(field="token")
        if row["operator"] is not None:
            work.actor = Actor("operator", None)
            name = f"browser of {row['operator']}"
            made = await create_operator_key(work, name=name, expires_at=utc_now() + OPERATOR_LASTS)
            return "platform", OperatorSession(made.key)
        for place in await places_of(work, row["user_id"]):
            if place.slug == row["tenant"]:
                async with on_behalf(work, place.tenant_id) as inside:
                    inside.actor = Actor("staff", encode("staff", place.staff_id))
                    return place.slug, await start_session(inside, place.staff_id)
    raise LinkInvalid(field="token")
