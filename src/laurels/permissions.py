"""Every permission there is, alphabetical. Roles and API key scopes are sets of them."""

from enum import StrEnum


class Permission(StrEnum):
    """A right to do something, `room:verb`."""

    EARNING_READ = "earning:read"
    EARNING_WRITE = "earning:write"
    LEDGER_ADJUST = "ledger:adjust"
    LEDGER_CONFIGURE = "ledger:configure"
    LEDGER_READ = "ledger:read"
    MEMBERS_READ = "members:read"
    MEMBERS_WRITE = "members:write"
    PURCHASES_READ = "purchases:read"
    PURCHASES_WRITE = "purchases:write"
    TENANTS_READ = "tenants:read"
    TENANTS_WRITE = "tenants:write"


ALL_PERMISSIONS: frozenset[Permission] = frozenset(Permission)
