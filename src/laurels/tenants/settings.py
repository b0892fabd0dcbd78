"""Typed settings of a tenant, by section. Each room owns its section and registers it here.

Only values that differ from the defaults are stored; every change is a version in the history.
What follows from a change is done by the room that owns the section, in the same transaction: it
registers that by `follows`.
"""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, ClassVar, TypeVar

import orjson
from pydantic import BaseModel, ConfigDict, ValidationError

from laurels import audit
from laurels.kit.db.sql import statements
from laurels.kit.errors import FieldError
from laurels.kit.http.paging import FIRST, MAX_PAGE, ONE, Asked, Found, Listing, number
from laurels.kit.values.faults import fault_of
from laurels.kit.values.ids import encode
from laurels.kit.versions import check_version
from laurels.kit.work import Work

from .errors import TenantInvalid, UnknownSection
from .service import TenantView, current

SQL = statements(__name__)


class Section(BaseModel):
    """A section of settings: a model whose fields have defaults and descriptions."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    section: ClassVar[str]


S = TypeVar("S", bound=Section)
SettingsListener = Callable[[Work, S, S], Awaitable[None]]
"""Does what follows from a change: is given the section as it was and as it is."""
_sections: dict[str, type[Section]] = {}
_listeners: dict[str, list[Callable[[Work, Any, Any], Awaitable[None]]]] = {}


def register(model: type[S]) -> type[S]:
    """Add a section to those that tenants have; used as a decorator."""
    _sections[model.section] = model
    return model


def on_settings_change(model: type[S]) -> Callable[[SettingsListener[S]], SettingsListener[S]]:
    """Let this be done whenever values of the section have changed, in the same transaction.

    A room registers it for its own section only. What it raises refuses the change, so it raises
    TenantInvalid with the name of the setting.
    """

    def add(listener: SettingsListener[S]) -> SettingsListener[S]:
        _listeners.setdefault(model.section, []).append(listener)
        return listener

    return add


def sections() -> dict[str, type[Section]]:
    """Return the registered sections by name."""
    return dict(sorted(_sections.items()))


def section_named(name: str) -> type[Section]:
    """Return the section of this name. Raise UnknownSection."""
    model = _sections.get(name)
    if model is None:
        msg = f"There is no section `{name[:40]}`; use one of: {', '.join(sections())}."
        raise UnknownSection(msg)
    return model


async def read(work: Work, model: type[S]) -> S:
    """Return the tenant's settings of a section, defaults filled in, read once per Work."""
    known = work.memo.get(model)
    if known is not None:
        return known
    tenant = await current(work)
    section = tenant.sections.get(model)
    if section is None:
        section = model.model_validate(tenant.settings.get(model.section, {}))
        tenant.sections[model] = section
    work.memo[model] = section
    return section


async def hold(work: Work, model: type[S]) -> S:
    """Return the section as it is now, and as it stays until this transaction ends."""
    await _lock(work)
    work.memo.pop(TenantView, None)
    work.memo.pop(model, None)
    return await read(work, model)


async def _lock(work: Work) -> None:
    # The tenant's row stands for the sections, which may not have rows of their own yet.
    await work.fetch("select 1 from laurels.tenants where id = $1 for update", work.tenant_id)


@dataclass(frozen=True, slots=True)
class Edition:
    """A section as it is now, and which version of it that is; 0: nobody ever changed it."""

    settings: Section
    version: int
    updated_at: datetime | None


async def editions(work: Work) -> list[Edition]:
    """Return every section as it is now, by name."""
    rows = await work.fetch(SQL.section_versions, work.tenant_id)
    there = {row["section"]: row for row in rows}
    return [
        Edition(
            await read(work, model),
            there[name]["version"] if name in there else 0,
            there[name]["updated_at"] if name in there else None,
        )
        for name, model in sections().items()
    ]


async def edition(work: Work, name: str) -> Edition:
    """Return a section as it is now. Raise UnknownSection."""
    section_named(name)
    return next(each for each in await editions(work) if each.settings.section == name)


async def change_section(
    work: Work, name: str, values: dict[str, Any], *, version: int | None = None
) -> Section:
    """The section has these values, and what follows from them is done; the others stay.

    `version` is the one that was edited. What is so already makes no version. Raise UnknownSection,
    VersionConflict or TenantInvalid.
    """
    model = section_named(name)
    await _lock(work)
    row = await work.fetchrow(SQL.lock_section, work.tenant_id, name)
    current_version: int = row["version"] if row else 0
    check_version(version, current_version)
    before: dict[str, Any] = row["values"] if row else {}
    changed = _checked(model, {**before, **values})
    was = model.model_validate(before)
    if changed == was:
        return changed
    after = changed.model_dump(mode="json", exclude_defaults=True)
    await _write(work, name, after, version=current_version + 1)
    await audit.record(
        work,
        "tenant.settings_changed",
        "settings",
        f"{encode('tenant', work.tenant_id)}/{name}",
        before=before,
        after=after,
    )
    work.memo.pop(TenantView, None)
    work.memo.pop(model, None)
    for listener in _listeners.get(name, ()):
        await listener(work, was, changed)
    return changed


def _checked(model: type[Section], values: dict[str, Any]) -> Section:
    try:
        return model.model_validate(values)
    except ValidationError as error:
        trouble = TenantInvalid("Some settings have invalid values; `errors` names the fields.")
        trouble.fields = [
            FieldError(".".join(map(str, item["loc"])), words, code)
            for item in error.errors()
            for code, words in [fault_of(item)]
        ]
        raise trouble from None


async def _write(work: Work, name: str, after: dict[str, Any], *, version: int) -> None:
    await work.fetch(
        SQL.write_section, work.tenant_id, name, orjson.dumps(after).decode(), version, work.now
    )
    await work.fetch(
        SQL.note_section,
        work.tenant_id,
        name,
        version,
        orjson.dumps(after).decode(),
        work.now,
        work.actor.kind,
        work.actor.id,
    )


HISTORY = Listing(
    moment="changed_at",
    happened="Made",
    sorts={"version": number("version")},
    default="-version",
    id=ONE,
    limit=MAX_PAGE,
)


async def history(work: Work, name: str, asked: Asked = FIRST) -> Found[dict[str, Any]]:
    """Return the versions of a section, usually newest first. Raise UnknownSection."""
    section_named(name)
    return await HISTORY.fetch(work, asked, SQL.section_history, work.tenant_id, name)
