"""Roles: what people who run a programme may do, as sets of permissions.

    owner    everything, also what is added later; only owners make and unmake owners
    admin    everything there is today, but owners and keys of unlimited scope
    manager  runs the programme: rules, points, members, purchases; invites who can do no more
    support  helps members: looks up, corrects, refunds
    analyst  reads what there is to count
    cashier  stands at the till: finds members, rings up purchases

A role is given to a person in one tenant. Who gives one holds every permission of it.
"""

from enum import StrEnum

from laurels.permissions import ALL_PERMISSIONS, Permission

P = Permission


class Role(StrEnum):
    """A person's role in a tenant, from most to fewest permissions."""

    OWNER = "owner"
    ADMIN = "admin"
    MANAGER = "manager"
    SUPPORT = "support"
    ANALYST = "analyst"
    CASHIER = "cashier"


_A, _M, _S, _N, _C = Role.ADMIN, Role.MANAGER, Role.SUPPORT, Role.ANALYST, Role.CASHIER
_HELD_BY: dict[Permission, tuple[Role, ...]] = {
    P.ACTIVITIES_READ: (_A, _M, _S, _N),
    P.ACTIVITIES_WRITE: (_A, _M, _S),
    P.AUDIT_READ: (_A, _M),
    P.AUTH_INVITE: (_A, _M),
    P.AUTH_READ: (_A, _M),
    P.AUTH_WRITE: (_A,),
    P.EARNING_READ: (_A, _M, _S, _N, _C),
    P.EARNING_WRITE: (_A, _M),
    P.EVENTS_CONFIGURE: (_A,),
    P.EVENTS_READ: (_A, _M, _S, _N),
    P.EVENTS_WRITE: (_A,),
    P.IMPORTS_READ: (_A,),
    P.JOBS_READ: (_A, _M, _N),
    P.JOBS_RUN: (_A,),
    P.LEDGER_ADJUST: (_A, _M, _S),
    P.LEDGER_CONFIGURE: (_A, _M),
    P.LEDGER_READ: (_A, _M, _S, _N, _C),
    P.MEMBERS_ERASE: (_A,),
    P.MEMBERS_READ: (_A, _M, _S, _N, _C),
    P.MEMBERS_WRITE: (_A, _M, _S),
    P.PURCHASES_READ: (_A, _M, _S, _N, _C),
    P.PURCHASES_WRITE: (_A, _M, _S, _C),
    P.REWARDS_FULFIL: (_A, _M, _S),
    P.REWARDS_READ: (_A, _M, _S, _N, _C),
    P.REWARDS_REDEEM: (_A, _M, _S, _C),
    P.REWARDS_WRITE: (_A, _M),
    P.SEGMENTS_READ: (_A, _M, _S, _N),
    P.SEGMENTS_WRITE: (_A, _M),
    P.TENANTS_READ: (_A, _M, _S, _N),
    P.TENANTS_WRITE: (_A,),
    P.TIERS_ASSIGN: (_A, _M, _S),
    P.TIERS_READ: (_A, _M, _S, _N, _C),
    P.TIERS_WRITE: (_A, _M),
}
"""Who besides the owners holds each permission: as few as need it."""

ROLES: dict[Role, frozenset[Permission]] = {
    Role.OWNER: ALL_PERMISSIONS,
    **{role: frozenset(p for p, held in _HELD_BY.items() if role in held)
       for role in Role if role is not Role.OWNER},
}  # fmt: skip
"""What each role may do."""

OWNERS_ALONE: dict[Permission, str] = {}
"""Permissions that no other role has, each with its reason; a test holds that none is forgotten."""
