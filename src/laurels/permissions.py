"""Every permission there is, alphabetical. Roles and API key scopes are sets of them."""

from enum import StrEnum


class Permission(StrEnum):
    """A right to do something, `room:verb`."""

    ACTIVITIES_READ = "activities:read"
    ACTIVITIES_WRITE = "activities:write"
    AUDIT_READ = "audit:read"
    AUTH_INVITE = "auth:invite"
    AUTH_READ = "auth:read"
    AUTH_WRITE = "auth:write"
    EARNING_READ = "earning:read"
    EARNING_WRITE = "earning:write"
    EVENTS_CONFIGURE = "events:configure"
    EVENTS_READ = "events:read"
    EVENTS_WRITE = "events:write"
    IMPORTS_READ = "imports:read"
    JOBS_READ = "jobs:read"
    JOBS_RUN = "jobs:run"
    LEDGER_ADJUST = "ledger:adjust"
    LEDGER_CONFIGURE = "ledger:configure"
    LEDGER_READ = "ledger:read"
    MEMBERS_ERASE = "members:erase"
    MEMBERS_READ = "members:read"
    MEMBERS_WRITE = "members:write"
    PLATFORM_READ = "platform:read"
    PLATFORM_WRITE = "platform:write"
    PURCHASES_READ = "purchases:read"
    PURCHASES_WRITE = "purchases:write"
    REWARDS_FULFIL = "rewards:fulfil"
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
