"""Errors about tenants.

AppError
├── TenantNotFound     no such tenant
├── TenantSuspended    it may earn and spend nothing
├── SlugTaken          another tenant has this slug
├── UnknownPreset      no preset of that name
├── TenantInvalid      a value of the tenant cannot be
└── UnknownSection     no section of settings of that name
"""

from typing import ClassVar

from laurels.kit.errors import Conflict, Forbidden, Invalid, NotFound


class TenantNotFound(NotFound):
    """There is no such tenant."""

    code: ClassVar[str] = "tenant_not_found"


class TenantSuspended(Forbidden):
    """This tenant is suspended: nothing is earned or spent until the operator resumes it."""

    code: ClassVar[str] = "tenant_suspended"


class SlugTaken(Conflict):
    """Another tenant has this slug; choose another one."""

    code: ClassVar[str] = "slug_taken"


class UnknownPreset(Invalid):
    """There is no such preset."""

    code: ClassVar[str] = "unknown_preset"


class TenantInvalid(Invalid):
    """A value of the tenant cannot be."""

    code: ClassVar[str] = "tenant_invalid"


class UnknownSection(NotFound):
    """There is no section of settings with this name."""

    code: ClassVar[str] = "unknown_section"
