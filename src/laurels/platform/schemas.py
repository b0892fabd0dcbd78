"""The platform as the operator's API speaks of it."""

from datetime import datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import Field, StringConstraints

from laurels.kit.http.paging import Whole
from laurels.kit.values.fields import Currency, Email, Flag, IdOf, Name, Note, Schema, Shaped, View
from laurels.kit.versions import EditedOrNew, EditedVersion
from laurels.tenants import PlanLimits

TenantId = Annotated[UUID, IdOf("tenant")]
PlanCode = Annotated[
    str,
    StringConstraints(min_length=1, max_length=40),
    Shaped(
        "[a-z][a-z0-9_-]*",
        "must start with a small letter, followed by small letters, digits, `-` or `_`",
    ),
]


class TenantIn(Schema):
    """A tenant to create."""

    slug: Annotated[str, StringConstraints(min_length=1, max_length=63)] = Field(
        description="Short name: small letters, digits and inner hyphens."
    )
    preset: Annotated[str, StringConstraints(max_length=40)] = Field(
        default="plain",
        description="What it starts with: `plain`, or a preset with tiers and sample rules.",
    )
    name: Name | None = Field(default=None, description="Its name; defaults to the slug.")
    currency: Currency = Field(default="USD", description="ISO 4217 code of all its amounts.")
    time_zone: Annotated[str, StringConstraints(max_length=64)] = Field(
        default="UTC", description="IANA name, such as `Europe/Berlin`; its days begin there."
    )
    test: Flag = Field(
        default=False, description="Whether it is a test tenant, whose clock can be moved."
    )
    plan: PlanCode | None = Field(
        default=None,
        description="Code of its plan; defaults to the platform setting `tenants.default_plan`.",
    )
    owner_email: Email | None = Field(
        default=None,
        description="Whom to invite as its owner, by a mail with a link; nobody by default.",
    )


class TenantPatch(Schema):
    """Changes to a tenant; fields that are not sent stay as they are."""

    name: Name | None = Field(default=None, description="What it is called.")
    plan: PlanCode | None = Field(default=None, description="Code of its new plan.")
    version: EditedVersion = None


class StatusIn(Schema):
    """Why a tenant is suspended or resumed; kept in the audit log."""

    reason: Note | None = Field(default=None, description="Why, for the audit log.")


class PlatformTenantOut(View):
    """A tenant as the operator sees it."""

    id: TenantId
    slug: str = Field(description="Short name, as used in commands.")
    name: str = Field(description="What it is called.")
    preset: str = Field(description="The preset it was created with.")
    status: Literal["active", "suspended"] = Field(
        description="`active`, or `suspended`: cannot earn or spend."
    )
    test: bool = Field(description="Whether it is a test tenant, whose clock can be moved.")
    plan: str = Field(description="Code of its plan.")
    currency: str = Field(description="ISO 4217 code of all its amounts.")
    time_zone: str = Field(description="IANA name, such as `Europe/Berlin`; its days begin there.")
    version: int = Field(description="Counts up with every change of name or plan.")
    created_at: datetime


class TenantFiguresOut(View):
    """How large a tenant is."""

    tenant_id: TenantId
    members: int = Field(description="Its members, blocked ones included.")
    purchases: int = Field(description="Completed purchases of its members.")
    last_purchase_at: datetime | None = Field(description="The last of them; null: none.")
    staff: int = Field(description="People who run its programme.")


class TenantsFiguresOut(Whole):
    """How large tenants are, in no order."""

    data: list[TenantFiguresOut]


class NewTenantOut(View):
    """A newly created tenant with its first key, which is shown only once."""

    tenant: PlatformTenantOut = Field(description="The tenant.")
    api_key: str | None = Field(
        description="A key with full access. Null in the answer to a repeated request."
    )


class PlanIn(Schema):
    """A plan: the limits of its tenants."""

    name: Name = Field(description="What the plan is called.")
    limits: PlanLimits = Field(
        default=PlanLimits(), description="Limits of its tenants; null: no limit."
    )
    archived: Flag = Field(
        default=False, description="`true`: no tenant can be moved to it any more."
    )
    version: EditedOrNew = None


class PlanOut(View):
    """A plan with the number of its tenants."""

    code: str = Field(description="Short name of the plan.")
    name: str = Field(description="What the plan is called.")
    limits: PlanLimits = Field(description="Limits of its tenants; null: no limit.")
    tenants: int = Field(description="Number of tenants on it.")
    version: int = Field(description="Counts up with every change.")
    created_at: datetime
    updated_at: datetime
    archived_at: datetime | None


class PlansOut(Whole):
    """All plans, by code."""

    data: list[PlanOut]


class SettingIn(Schema):
    """The new value of a platform setting."""

    value: Any = Field(description="The new value, of the setting's type.")
    version: EditedOrNew = None


class SettingOut(View):
    """A setting of the platform; version 0 is the default."""

    name: str = Field(description="Name of the setting.")
    type: Literal["string", "number", "boolean", "json"] = Field(description="Type of its value.")
    value: Any = Field(description="Its value now.")
    default: Any = Field(description="Its default value.")
    description: str = Field(description="What it decides.")
    version: int = Field(description="Counts up with every change; 0: never changed.")
    updated_at: datetime | None = Field(description="When it was last changed; null: never.")


class SettingsOut(Whole):
    """All settings of the platform, by name."""

    data: list[SettingOut]


class SettingVersionOut(View):
    """One version of a platform setting, and who made it."""

    version: int = Field(description="Counts up with every change.")
    value: Any = Field(description="The value that was set.")
    changed_at: datetime = Field(description="When it was changed.")
    actor_type: str
    actor_id: str | None


class TableSizeOut(View):
    """A table and how large it is."""

    name: str = Field(description="Name of the table.")
    bytes: int = Field(description="Its size with its indexes.")
    estimated_rows: int = Field(description="How many rows it has, as the server estimates.")


class DatabaseHealthOut(View):
    """The state of the database."""

    version: str = Field(description="Version of the server.")
    bytes: int = Field(description="Size of the database.")
    connections: int = Field(description="Connections that are open, of everybody.")
    max_connections: int = Field(description="How many there can be.")
    tables: list[TableSizeOut] = Field(description="The ten largest tables.")


class QueueHealthOut(View):
    """What waits in one kind of queue, of all tenants together."""

    name: Literal["relay", "handlers", "outbound", "jobs"] = Field(
        description="`relay`: events that nobody has been told of yet. `handlers`: events for"
        " handlers inside Laurels. `outbound`: webhooks, mails and orders to providers. `jobs`:"
        " runs that wait or are under way."
    )
    waiting: int = Field(description="How many wait.")
    dead: int = Field(description="Dead letters: what failed and waits for a person.")
    oldest_at: datetime | None = Field(
        description="Since when the oldest is due; null: nothing waits."
    )
    lag_seconds: float = Field(description="How long the oldest has been due; 0: it is not yet.")


class PlatformHealthOut(View):
    """The state of the database and of the queues."""

    database: DatabaseHealthOut = Field(description="Its size, connections and largest tables.")
    queues: list[QueueHealthOut] = Field(description="Each kind of queue.")
