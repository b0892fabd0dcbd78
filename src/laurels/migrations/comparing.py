"""The wall as it stands, compared with the one that the migrations build in an empty database.

Everything that keeps tenants apart and the books whole is described in words, object by object:
row-level security, policies, grants by role and column, triggers, checks, functions and who owns
them. What differs is told, whether it is missing, too much, or other than it should be.
"""

from laurels.kit.db import roles
from laurels.kit.db.pool import Raw
from laurels.kit.db.sql import statements
from laurels.kit.process.program import command

from . import views

SQL = statements(__name__)

Described = dict[str, str]

_LOOKS = (
    # Tables: who owns them, and whether rows are guarded. Partitions come and go and are what their
    # table is; only what somebody may do with one, past its table, is looked at.
    SQL.tables,
    SQL.policies,
    # What functions and tables that are made later are granted.
    SQL.default_grants,
    # Grants; what an owner may do with its own things says nothing.
    SQL.table_grants,
    SQL.column_grants,
    SQL.schema_grants,
    SQL.triggers,
    SQL.check_constraints,
    SQL.functions,
    SQL.function_grants,
)
_LOOKS_AT_VIEWS = (
    # One without security_invoker would show every tenant: it would read as its owner.
    SQL.views,
    SQL.view_grants,
    SQL.view_schema_grants,
)

_BOUND = (roles.APP, roles.INTEGRATION, roles.BI)


async def describe(connection: Raw) -> Described:
    """Return every stone of the wall by its name."""
    found: Described = {}
    for look in _LOOKS:
        found |= {row[0]: row[1] for row in await connection.fetch(look)}
    for look in _LOOKS_AT_VIEWS:
        rows = await connection.fetch(look, list(views.SCHEMAS))
        found |= {row[0]: row[1] for row in rows}
    return found


def differences(there: Described, wanted: Described) -> list[str]:
    """Say how the wall that is there differs from the one that is wanted, one sentence each."""
    found: list[str] = []
    for name in sorted(there | wanted):
        if name not in there:
            found.append(f"{name} is missing; it should be: {wanted[name]}")
        elif name not in wanted:
            found.append(f"{name} is too much: no migration makes it ({there[name]})")
        elif _bare(there[name]) != _bare(wanted[name]):
            found.append(f"{name} is other than it should be: {there[name]}; not {wanted[name]}")
    return found


def _bare(text: str) -> str:
    """Return a description without brackets and blanks: a restored dump sets them otherwise."""
    return "".join(letter for letter in text if letter not in "() \n")


async def roles_too_mighty(connection: Raw) -> list[str]:
    """Say which role, by its attributes or by what it is a member of, walks around the wall."""
    found = [
        f"role {row[0]} is a superuser or bypasses row-level security"
        for row in await connection.fetch(
            SQL.mighty_roles, [*_BOUND, roles.MAINTENANCE, roles.OWNER]
        )
    ]
    mighty = [roles.OWNER, roles.MAINTENANCE]
    found += [
        f"role {row[0]} may make temporary tables in this database; whoever owns it should run"
        " `revoke temporary on database ... from public`, or run"
        f" {command('db init')} again"
        for row in await connection.fetch(SQL.may_make_temporary, list(_BOUND))
    ]
    return found + [
        f"role {row['role']} is a member of {row['of']} and so sees every tenant"
        for row in await connection.fetch(SQL.inherited_roles, list(_BOUND), mighty)
    ]
