"""Every permission there is, alphabetical, and the roles that hold it. Scopes of keys are sets too.

Roles are what people who run a programme may do:

    owner    everything, also what is added later; only owners make and unmake owners
    admin    everything there is today, but owners and keys of unlimited scope
    manager  runs the programme: rules, points, members, purchases; invites who can do no more
    support  helps members: looks up, corrects, refunds
    analyst  reads what there is to count
    cashier  stands at the till: finds members, rings up purchases

A role is given to a person in one tenant. Who gives one holds every permission of it.
"""

from enum import StrEnum


class Permission(StrEnum):
    """A right to do something, `room:verb`."""

    ACTIVITIES_READ = "activities:read"
    ACTIVITIES_WRITE = "activities:write"
    ANALYTICS_READ = "analytics:read"
    AUDIT_READ = "audit:read"
    AUTH_INVITE = "auth:invite"
    AUTH_READ = "auth:read"
    AUTH_WRITE = "auth:write"
    BULK_READ = "bulk:read"
    BULK_RUN = "bulk:run"
    EARNING_READ = "earning:read"
    EARNING_WRITE = "earning:write"
    EVENTS_CONFIGURE = "events:configure"
    EVENTS_READ = "events:read"
    EVENTS_WRITE = "events:write"
    IMPORTS_READ = "imports:read"
    IMPORTS_WRITE = "imports:write"
    JOBS_READ = "jobs:read"
    JOBS_RUN = "jobs:run"
    LEDGER_ADJUST = "ledger:adjust"
    LEDGER_CONFIGURE = "ledger:configure"
    LEDGER_READ = "ledger:read"
    MEMBERS_ERASE = "members:erase"
    MEMBERS_READ = "members:read"
    MEMBERS_WRITE = "members:write"
    OUTBOUND_READ = "outbound:read"
    OUTBOUND_WRITE = "outbound:write"
    PLATFORM_READ = "platform:read"
    PLATFORM_WRITE = "platform:write"
    PURCHASES_READ = "purchases:read"
    PURCHASES_WRITE = "purchases:write"
    REWARDS_FULFIL = "rewards:fulfil"
    REWARDS_GIVE = "rewards:give"
    REWARDS_READ = "rewards:read"
    REWARDS_REDEEM = "rewards:redeem"
    REWARDS_WRITE = "rewards:write"
    SEGMENTS_READ = "segments:read"
    SEGMENTS_WRITE = "segments:write"
    TENANTS_READ = "tenants:read"
    TENANTS_WRITE = "tenants:write"
    TIERS_ASSIGN = "tiers:assign"
    TIERS_READ = "tiers:read"
    TIERS_WRITE = "tiers:write"


PLATFORM_PERMISSIONS = frozenset({Permission.PLATFORM_READ, Permission.PLATFORM_WRITE})
"""What only operators of the whole platform can have."""
ALL_PERMISSIONS: frozenset[Permission] = frozenset(Permission) - PLATFORM_PERMISSIONS
"""What can be had within a tenant."""


class Role(StrEnum):
    """A person's role in a tenant, from most to fewest permissions."""

    OWNER = "owner"
    ADMIN = "admin"
    MANAGER = "manager"
    SUPPORT = "support"
    ANALYST = "analyst"
    CASHIER = "cashier"


_P = Permission
_A, _M, _S, _N, _C = Role.ADMIN, Role.MANAGER, Role.SUPPORT, Role.ANALYST, Role.CASHIER
_HELD_BY: dict[Permission, tuple[Role, ...]] = {
    _P.ACTIVITIES_READ: (_A, _M, _S, _N),
    _P.ACTIVITIES_WRITE: (_A, _M, _S),
    _P.ANALYTICS_READ: (_A, _M, _N),
    _P.AUDIT_READ: (_A, _M),
    _P.AUTH_INVITE: (_A, _M),
    _P.AUTH_READ: (_A, _M),
    _P.AUTH_WRITE: (_A,),
    _P.BULK_READ: (_A, _M, _S),
    _P.BULK_RUN: (_A, _M),
    _P.EARNING_READ: (_A, _M, _S, _N, _C),
    _P.EARNING_WRITE: (_A, _M),
    _P.EVENTS_CONFIGURE: (_A,),
    _P.EVENTS_READ: (_A, _M, _S, _N),
    _P.EVENTS_WRITE: (_A,),
    _P.IMPORTS_READ: (_A,),
    _P.IMPORTS_WRITE: (_A,),
    _P.JOBS_READ: (_A, _M, _N),
    _P.JOBS_RUN: (_A,),
    _P.LEDGER_ADJUST: (_A, _M, _S),
    _P.LEDGER_CONFIGURE: (_A, _M),
    _P.LEDGER_READ: (_A, _M, _S, _N, _C),
    _P.MEMBERS_ERASE: (_A,),
    _P.MEMBERS_READ: (_A, _M, _S, _N, _C),
    _P.MEMBERS_WRITE: (_A, _M, _S),
    _P.OUTBOUND_READ: (_A, _M, _S, _N),
    _P.OUTBOUND_WRITE: (_A,),
    _P.PURCHASES_READ: (_A, _M, _S, _N, _C),
    _P.PURCHASES_WRITE: (_A, _M, _S, _C),
    _P.REWARDS_FULFIL: (_A, _M, _S),
    _P.REWARDS_GIVE: (_A, _M),
    _P.REWARDS_READ: (_A, _M, _S, _N, _C),
    _P.REWARDS_REDEEM: (_A, _M, _S, _C),
    _P.REWARDS_WRITE: (_A, _M),
    _P.SEGMENTS_READ: (_A, _M, _S, _N),
    _P.SEGMENTS_WRITE: (_A, _M),
    _P.TENANTS_READ: (_A, _M, _S, _N),
    _P.TENANTS_WRITE: (_A,),
    _P.TIERS_ASSIGN: (_A, _M, _S),
    _P.TIERS_READ: (_A, _M, _S, _N, _C),
    _P.TIERS_WRITE: (_A, _M),
}
"""Who besides the owners holds each permission: as few as need it."""

ROLES: dict[Role, frozenset[Permission]] = {
    Role.OWNER: ALL_PERMISSIONS,
    **{
        role: frozenset(p for p, held in _HELD_BY.items() if role in held)
        for role in Role
        if role is not Role.OWNER
    },
}
"""What each role may do."""

OWNERS_ALONE: dict[Permission, str] = {}
"""Permissions that no other role has, each with its reason; a test holds that none is forgotten."""
