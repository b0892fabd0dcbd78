"""Errors of the platform.

AppError
├── PlanNotFound       no such plan
├── PlanInUse          a plan with tenants cannot be archived
└── TenantsExhausted   there are as many tenants as the operator allows
"""

from typing import ClassVar

from laurels.kit.errors import Conflict, NotFound


class PlanNotFound(NotFound):
    """There is no plan with this code."""

    code: ClassVar[str] = "plan_not_found"


class PlanInUse(Conflict):
    """The plan has tenants or is the built-in one, so it cannot be archived."""

    code: ClassVar[str] = "plan_in_use"


class TenantsExhausted(Conflict):
    """The installation has reached its limit of tenants (platform setting `tenants.max`)."""

    code: ClassVar[str] = "tenants_exhausted"
