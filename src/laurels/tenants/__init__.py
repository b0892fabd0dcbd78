"""Tenants, which each run a programme, and their settings.

A tenant is a shop, a merchant, a winery or a brand. A preset says how it is set up when it is
created; nothing asks later which one it was.
"""

from .errors import (
    FeatureOff,
    LoyaltyOff,
    PlanExceeded,
    TenantInvalid,
    TenantNotFound,
    TenantSuspended,
)
from .loyalty import ConsoleSettings, SettingPoints, loyalty_enabled, require_loyalty
from .plans import PlanLimits, lock_counts, require_room
from .platform_settings import (
    SETTING_HISTORY,
    change_setting,
    list_settings,
    read_setting,
    require_feature,
    setting_history,
)
from .rates import ApiSettings, requests_per_second
from .service import (
    PRESETS,
    PresetInstaller,
    TenantView,
    change,
    create,
    current,
    establish,
    find,
    list_all,
    require_active,
    set_status,
)
from .settings import Section, change_section, hold, on_settings_change, read, register, sections

__all__ = [
    "PRESETS",
    "SETTING_HISTORY",
    "ApiSettings",
    "ConsoleSettings",
    "FeatureOff",
    "LoyaltyOff",
    "PlanExceeded",
    "PlanLimits",
    "PresetInstaller",
    "Section",
    "SettingPoints",
    "TenantInvalid",
    "TenantNotFound",
    "TenantSuspended",
    "TenantView",
    "change",
    "change_section",
    "change_setting",
    "create",
    "current",
    "establish",
    "find",
    "hold",
    "list_all",
    "list_settings",
    "lock_counts",
    "loyalty_enabled",
    "on_settings_change",
    "read",
    "read_setting",
    "register",
    "requests_per_second",
    "require_active",
    "require_feature",
    "require_loyalty",
    "require_room",
    "sections",
    "set_status",
    "setting_history",
]
