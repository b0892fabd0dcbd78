"""Logins: one per person, whatever the number of tenants they work for.

Their table belongs to no tenant, and the application's role has no right to it; these functions
of the database are the only way (`functions.sql`).
"""

from dataclasses import dataclass
from uuid import UUID

import asyncpg

from laurels.kit.db.sql import statements
from laurels.kit.errors import Invalid
from laurels.kit.values.ids import new_id
from laurels.kit.values.text import check_key, fold
from laurels.kit.values.time import utc_now
from laurels.kit.work import Work

SQL = statements(__name__)


@dataclass(frozen=True, slots=True)
class Login:
    """A person's login."""

    id: UUID
    email: str
    name: str
    password_hash: str | None
    status: str
    tenants: tuple[UUID, ...]


@dataclass(frozen=True, slots=True)
class Place:
    """A tenant in which a person is active, and what they are there."""

    tenant_id: UUID
    slug: str
    name: str
    staff_id: UUID
    role: str


def normal(email: str) -> str:
    """Return an e-mail address as it is kept and compared. Raise Invalid for what is no key."""
    try:
        return fold(check_key(email))
    except ValueError as error:
        raise Invalid(str(error), field="email") from None


async def find_login(work: Work, email: str) -> Login | None:
    """Return the login of this address, None when there is none."""
    row = await work.fetchrow("select * from laurels.find_login($1)", normal(email))
    return None if row is None else _login(row)


async def read_login(work: Work, user_id: UUID | None) -> Login | None:
    """Return the login of this id, None when there is none (any more)."""
    row = await work.fetchrow("select * from laurels.read_login($1)", user_id)
    return None if row is None else _login(row)


def _login(row: asyncpg.Record) -> Login:
    *plain, tenants = row
    return Login(*plain, tenants=tuple(tenants))


async def join_login(work: Work, *, email: str, name: str, password_hash: str | None) -> UUID:
    """The address has a login, and this tenant is among its own; a password that is there stays."""
    row = await work.fetchrow(
        SQL.join_login, new_id(), normal(email), name, password_hash, utc_now()
    )
    assert row is not None, "a function has a value"
    return row[0]


async def lock_login(work: Work, user_id: UUID, password_hash: str | None) -> bool:
    """Tell whether this is still the hash of the password; it then stays so to the work's end."""
    row = await work.fetchrow("select laurels.lock_login($1, $2)", user_id, password_hash)
    return bool(row and row[0])


async def set_password(work: Work, user_id: UUID, password_hash: str) -> None:
    """The login has this password, and no link in a mail gives it another one any more."""
    await work.fetch(SQL.set_password, user_id, password_hash, utc_now())


async def replace_hash(work: Work, user_id: UUID, password_hash: str, old: str) -> None:
    """The same password is kept in today's way, unless it was changed in the meantime."""
    await work.fetch(SQL.replace_hash, user_id, password_hash, old, utc_now())


async def places_of(work: Work, user_id: UUID) -> list[Place]:
    """Return where this login is active staff, by slug."""
    rows = await work.fetch("select * from laurels.places_of_login($1)", user_id)
    return [Place(*row) for row in rows]
