"""What the one who asks may do themselves: nobody gives more than they have."""

from dataclasses import dataclass

from laurels.kit.db.sql import statements
from laurels.kit.values.ids import decode
from laurels.kit.work import Work
from laurels.permissions import ALL_PERMISSIONS, ROLES, Permission, Role

from .errors import RoleNotHeld

SQL = statements(__name__)

EVERYTHING = "*"
"""The scope of a key that may do all there is, later permissions too."""


@dataclass(frozen=True, slots=True)
class Holding:
    """Permissions, and whether they are without limit: an owner's, or a key's of scope `*`."""

    permissions: frozenset[Permission]
    unlimited: bool


async def holding_of_asker(work: Work) -> Holding:
    """Return what the one who asks may do, as it stands now."""
    kind, name = work.actor.kind, work.actor.id
    if kind == "staff" and name is not None:
        row = await work.fetchrow(SQL.role_of_staff, work.tenant_id, decode("staff", name))
        if row is None:
            return Holding(frozenset(), unlimited=False)
        return Holding(ROLES[Role(row["role"])], unlimited=row["role"] == Role.OWNER)
    if kind == "api_key" and name is not None:
        row = await work.fetchrow(SQL.scopes_of_key, work.tenant_id, decode("api_key", name))
        scopes: list[str] = row["scopes"] if row else []
        if EVERYTHING in scopes:
            return Holding(ALL_PERMISSIONS, unlimited=True)
        return Holding(frozenset(p for p in ALL_PERMISSIONS if p in scopes), unlimited=False)
    return Holding(ALL_PERMISSIONS, unlimited=True)


async def require_role(work: Work, *roles: Role) -> None:
    """Raise RoleNotHeld when one of these roles can do more than the one who asks."""
    held = await holding_of_asker(work)
    for role in roles:
        if role is Role.OWNER and not held.unlimited:
            msg = "Only an owner can add, change or remove an owner; ask one of them."
            raise RoleNotHeld(msg, field="role")
        missing = sorted(ROLES[role] - held.permissions)
        if missing:
            msg = (
                f"The role {role} has permissions that you lack: {', '.join(missing)}; ask a"
                " person who has them."
            )
            raise RoleNotHeld(msg, field="role", missing=missing)
