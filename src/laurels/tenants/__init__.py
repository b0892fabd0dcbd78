"""Who runs a programme: tenants, their settings, and whether they may do business.

A tenant is a shop, a merchant, a winery or a brand. A preset says how it is furnished when it is
created; nothing asks later which one it was.
"""

from .errors import TenantNotFound, TenantSuspended
from .service import (
    PRESETS,
    TenantView,
    create,
    current,
    find,
    list_all,
    require_active,
    set_status,
)
from .settings import Section, read, register, sections

__all__ = [
    "PRESETS",
    "Section",
    "TenantNotFound",
    "TenantSuspended",
    "TenantView",
    "create",
    "current",
    "find",
    "list_all",
    "read",
    "register",
    "require_active",
    "sections",
    "set_status",
]
