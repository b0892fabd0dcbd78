"""Errors about tenants.

AppError
├── TenantNotFound     no such tenant
├── TenantSuspended    it may earn and spend nothing
├── LoyaltyOff         its programme is switched off, so nothing is redeemed
├── SlugTaken          another tenant has this slug
├── UnknownPreset      no preset of that name
├── TenantInvalid      a value of the tenant cannot be
├── UnknownSection     no section of settings of that name
├── PlanExceeded       it has as many of something as its plan allows
├── FeatureOff         the operator has switched this part of Laurels off
├── SettingNotFound    no such platform setting
└── SettingInvalid     a platform setting cannot have this value
"""

from typing import ClassVar

from laurels.kit.errors import Conflict, Forbidden, Invalid, NotFound


class TenantNotFound(NotFound):
    """There is no such tenant."""

    code: ClassVar[str] = "tenant_not_found"


class TenantSuspended(Forbidden):
    """The tenant is suspended: nothing can be earned or spent until the operator resumes it."""

    code: ClassVar[str] = "tenant_suspended"


class LoyaltyOff(Conflict):
    """The loyalty programme is switched off (settings, section `loyalty`); turn it on to redeem."""

    code: ClassVar[str] = "loyalty_disabled"


class SlugTaken(Conflict):
    """Another tenant has this slug; choose another one."""

    code: ClassVar[str] = "slug_taken"


class UnknownPreset(Invalid):
    """There is no preset with this name."""

    code: ClassVar[str] = "unknown_preset"


class TenantInvalid(Invalid):
    """The tenant has an invalid value; `errors` names the field."""

    code: ClassVar[str] = "tenant_invalid"


class UnknownSection(NotFound):
    """There is no section of settings with this name."""

    code: ClassVar[str] = "unknown_section"


class PlanExceeded(Conflict):
    """The tenant has reached the limit of its plan."""

    code: ClassVar[str] = "plan_exceeded"


class FeatureOff(Forbidden):
    """The operator of this platform has switched this feature off."""

    code: ClassVar[str] = "feature_off"


class SettingNotFound(NotFound):
    """There is no platform setting with this name."""

    code: ClassVar[str] = "platform_setting_not_found"


class SettingInvalid(Invalid):
    """This value is not valid for the platform setting."""

    code: ClassVar[str] = "platform_setting_invalid"
