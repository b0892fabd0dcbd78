"""Settings of the platform: typed, with defaults and a history; feature flags among them.

The names are known here, once. A value that was never set is its default.
"""

from dataclasses import dataclass
from typing import Any

import orjson
from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError

from laurels import audit
from laurels.kit.db.sql import statements
from laurels.kit.errors import FieldError
from laurels.kit.http.paging import FIRST, MAX_PAGE, ONE, Asked, Found, Listing, number
from laurels.kit.values.faults import fault_of
from laurels.kit.values.ids import encode
from laurels.kit.versions import check_version
from laurels.kit.work import Work

from .errors import FeatureOff, SettingInvalid, SettingNotFound

SQL = statements(__name__)

MAX_EXCEPTIONS = 1000


class FlagValue(BaseModel):
    """Whether a feature is on, and for which tenants (`ten_…`) it is the other way round."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    on: bool = True
    except_tenants: list[str] = Field(default_factory=list[str], max_length=MAX_EXCEPTIONS)


@dataclass(frozen=True, slots=True)
class Setting:
    """A setting of the platform: what it holds, what it is unless set, and what it does."""

    name: str
    type: str
    holds: TypeAdapter[Any]
    default: Any
    description: str


def _listed(*settings: Setting) -> dict[str, Setting]:
    return {setting.name: setting for setting in settings}


SETTINGS: dict[str, Setting] = _listed(
    Setting(
        "features.bulk",
        "json",
        TypeAdapter(FlagValue),
        FlagValue(),
        "Whether bulk endpoints are available. Off: they answer 403 `feature_off`.",
    ),
    Setting(
        "features.event_stream",
        "json",
        TypeAdapter(FlagValue),
        FlagValue(),
        "Whether the live stream of events is available. Off: it answers 403 `feature_off`.",
    ),
    Setting(
        "features.webhooks",
        "json",
        TypeAdapter(FlagValue),
        FlagValue(),
        "Whether webhook endpoints can be created. Off: creating one answers 403 `feature_off`.",
    ),
    Setting(
        "tenants.default_plan",
        "string",
        TypeAdapter(str),
        "standard",
        "Code of the plan for new tenants, unless another one is given.",
    ),
    Setting(
        "tenants.max",
        "number",
        TypeAdapter(int),
        10_000,
        "Largest number of tenants. Creating more answers 409 `tenants_exhausted`.",
    ),
)
"""Every setting of the platform by its name."""


def setting_named(name: str) -> Setting:
    """Return the setting of this name. Raise SettingNotFound."""
    setting = SETTINGS.get(name)
    if setting is None:
        msg = f"There is no platform setting `{name[:60]}`; use one of: {', '.join(SETTINGS)}."
        raise SettingNotFound(msg)
    return setting


async def read_setting(work: Work, name: str) -> Any:
    """Return the value of a setting, its default when it was never set, read once per Work."""
    setting = setting_named(name)
    key = ("platform setting", name)
    if key not in work.memo:
        row = await work.fetchrow(SQL.find_setting, name)
        work.memo[key] = (
            setting.default if row is None else setting.holds.validate_python(row["value"])
        )
    return work.memo[key]


async def feature(work: Work, name: str) -> bool:
    """Say whether a feature is on for the tenant that this work is for."""
    flag: FlagValue = await read_setting(work, f"features.{name}")
    return flag.on != (encode("tenant", work.tenant_id) in flag.except_tenants)


async def require_feature(work: Work, name: str) -> None:
    """Raise FeatureOff when the operator has switched this feature off for the tenant."""
    if not await feature(work, name):
        msg = f"The operator of this platform has switched `{name}` off for this tenant."
        raise FeatureOff(msg)


async def list_settings(work: Work) -> list[dict[str, Any]]:
    """Return every setting with its value, by name."""
    rows = await work.fetch(SQL.list_settings)
    there = {row["name"]: row for row in rows}
    return [_shown(setting, there.get(name)) for name, setting in sorted(SETTINGS.items())]


def _shown(setting: Setting, row: Any) -> dict[str, Any]:
    return {
        "name": setting.name,
        "type": setting.type,
        "value": _plain(setting, setting.default) if row is None else row["value"],
        "default": _plain(setting, setting.default),
        "description": setting.description,
        "version": 0 if row is None else row["version"],
        "updated_at": None if row is None else row["updated_at"],
    }


def _plain(setting: Setting, value: Any) -> Any:
    return setting.holds.dump_python(value, mode="json")


async def change_setting(
    work: Work, name: str, value: Any, *, version: int | None = None
) -> dict[str, Any]:
    """The setting has this value from now on; `version` is the one that was edited.

    Raise SettingNotFound, SettingInvalid or VersionConflict.
    """
    setting = setting_named(name)
    try:
        after = _plain(setting, setting.holds.validate_python(value, strict=True))
    except ValidationError as error:
        trouble = SettingInvalid(f"`{name}` cannot have this value; send a {setting.type}.")
        trouble.fields = [
            FieldError(".".join(["value", *map(str, item["loc"])]), words, code)
            for item in error.errors()
            for code, words in [fault_of(item)]
        ]
        raise trouble from None
    row = await work.fetchrow(
        SQL.change_setting,
        name,
        setting.type,
        orjson.dumps(after).decode(),
        work.now,
        work.actor.kind,
        work.actor.id,
        version,
    )
    assert row is not None, "the function always answers"
    check_version(version, row["found"])
    work.memo.pop(("platform setting", name), None)
    await audit.record(
        work,
        "platform.setting_changed",
        "platform_setting",
        name,
        before={"value": row["before"]},
        after={"value": after},
    )
    return _shown(setting, {"value": after, "version": row["version"], "updated_at": work.now})


SETTING_HISTORY = Listing(
    moment="changed_at",
    happened="Made",
    sorts={"version": number("version")},
    default="-version",
    id=ONE,
    limit=MAX_PAGE,
)


async def setting_history(work: Work, name: str, asked: Asked = FIRST) -> Found[dict[str, Any]]:
    """Return the versions of a setting, usually newest first. Raise SettingNotFound."""
    setting_named(name)
    return await SETTING_HISTORY.fetch(work, asked, SQL.setting_history, name)
