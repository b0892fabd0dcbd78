"""Errors of the platform.

AppError
├── PlanNotFound       no such plan
├── PlanInUse          a plan with tenants cannot be archived
└── TenantsExhausted   there are as many tenants as the operator allows
"""

from typing import ClassVar

from laurels.kit.errors import Conflict, NotFound


class PlanNotFound(NotFound):
    """There is no such plan."""

    code: ClassVar[str] = "plan_not_found"


class PlanInUse(Conflict):
    """Tenants are on this plan, or it is the one that always is; it cannot be archived."""

    code: ClassVar[str] = "plan_in_use"


class TenantsExhausted(Conflict):
    """There are as many tenants as the operator allows (platform setting `tenants.max`)."""

    code: ClassVar[str] = "tenants_exhausted"
