"""The platform as the operator's API speaks of it."""

from datetime import datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import Field, StringConstraints

from laurels.kit.schema import Currency, Flag, IdOf, Name, Note, Schema, Shaped, View
from laurels.tenants import PlanLimits

TenantId = Annotated[UUID, IdOf("tenant")]
PlanCode = Annotated[
    str,
    StringConstraints(min_length=1, max_length=40),
    Shaped(
        "[a-z][a-z0-9_-]*",
        "begins with a small letter; small letters, digits, `-` and `_` may follow",
    ),
]


class TenantIn(Schema):
    """A tenant to create."""

    slug: Annotated[str, StringConstraints(min_length=1, max_length=63)] = Field(
        description="Short name: small letters, digits and inner hyphens."
    )
    preset: Annotated[str, StringConstraints(max_length=40)] = "plain"
    name: Name | None = None
    currency: Currency = "USD"
    time_zone: Annotated[str, StringConstraints(max_length=64)] = "UTC"
    test: Flag = False
    plan: PlanCode | None = Field(
        default=None, description="Absent: the platform setting `tenants.default_plan`."
    )


class TenantPatch(Schema):
    """What to change of a tenant; the rest stays."""

    name: Name | None = None
    plan: PlanCode | None = None


class StatusIn(Schema):
    """Why a tenant is suspended or resumed; it goes into the audit log."""

    reason: Note | None = None


class PlatformTenantOut(View):
    """A tenant as the operator sees it."""

    id: TenantId
    slug: str
    name: str
    preset: str
    status: Literal["active", "suspended"]
    test: bool
    plan: str
    currency: str
    time_zone: str
    created_at: datetime


class NewTenantOut(View):
    """A tenant that was made just now, with its first key, which is shown this once."""

    tenant: PlatformTenantOut
    api_key: str | None = Field(
        description="Opens every door. Null in the answer to a repeated request."
    )


class PlanIn(Schema):
    """A plan: what its tenants may have how much of."""

    name: Name
    limits: PlanLimits = PlanLimits()
    archived: Flag = Field(default=False, description="No tenant can be put on it any more.")


class PlanOut(View):
    """A plan with the number of its tenants."""

    code: str
    name: str
    limits: PlanLimits
    tenants: int
    created_at: datetime
    updated_at: datetime
    archived_at: datetime | None


class PlansOut(View):
    """All plans, by code."""

    data: list[PlanOut]


class SettingIn(Schema):
    """The new value of a platform setting."""

    value: Any


class SettingOut(View):
    """A setting of the platform; version 0 is the default."""

    name: str
    type: Literal["string", "number", "boolean", "json"]
    value: Any
    default: Any
    description: str
    version: int
    updated_at: datetime | None


class SettingsOut(View):
    """All settings of the platform, by name."""

    data: list[SettingOut]


class SettingVersionOut(View):
    """One version of a platform setting, and who made it."""

    version: int
    value: Any
    changed_at: datetime
    actor_type: str
    actor_id: str | None


class SettingHistoryOut(View):
    """The last hundred versions of a platform setting, newest first."""

    data: list[SettingVersionOut]
