"""Who runs a programme: tenants, their settings, and whether they may do business.

A tenant is a shop, a merchant, a winery or a brand. A preset says how it is furnished when it is
created; nothing asks later which one it was.
"""

from .errors import FeatureOff, PlanExceeded, TenantNotFound, TenantSuspended
from .plans import PlanLimits, require_room
from .platform_settings import (
    change_setting,
    list_settings,
    read_setting,
    require_feature,
    setting_history,
)
from .rates import ApiSettings, requests_per_second
from .service import (
    PRESETS,
    Furnisher,
    TenantView,
    create,
    current,
    establish,
    find,
    list_all,
    require_active,
    set_status,
)
from .settings import Section, read, register, sections

__all__ = [
    "PRESETS",
    "ApiSettings",
    "FeatureOff",
    "Furnisher",
    "PlanExceeded",
    "PlanLimits",
    "Section",
    "TenantNotFound",
    "TenantSuspended",
    "TenantView",
    "change_setting",
    "create",
    "current",
    "establish",
    "find",
    "list_all",
    "list_settings",
    "read",
    "read_setting",
    "register",
    "requests_per_second",
    "require_active",
    "require_feature",
    "require_room",
    "sections",
    "set_status",
    "setting_history",
]
