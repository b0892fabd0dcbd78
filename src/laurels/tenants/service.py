"""Tenants: create, find, suspend; which tenant a piece of work is for."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Protocol
from uuid import UUID

import asyncpg
import orjson

from laurels import audit
from laurels.kit.db.pool import Database
from laurels.kit.db.sql import statements
from laurels.kit.hot import prefetch
from laurels.kit.values.ids import new_id
from laurels.kit.values.money import check_currency
from laurels.kit.values.time import zone
from laurels.kit.versions import check_version
from laurels.kit.work import Actor, Work, open_work

from .errors import SlugTaken, TenantInvalid, TenantNotFound, TenantSuspended, UnknownPreset

SQL = statements(__name__)

PRESETS: dict[str, str] = {
    "plain": "one program, one point per whole currency unit, nothing else",
    "shopify": "a shop: points per currency unit and for signing up by settings, four tiers",
}

RESERVED_SLUGS = frozenset(
    ("docs", "forgot-password", "invitation", "one-time", "platform", "reset-password", "sign-in")
)
"""Short names that no tenant can have: they are pages of the console."""


class PresetInstaller(Protocol):
    """A room's own part of a preset: is given the tenant's work and the preset's name."""

    async def __call__(self, work: Work, preset: str, /) -> None:
        """Furnish the tenant."""
        ...


@dataclass(frozen=True, slots=True)
class TenantView:
    """A tenant as rooms need it."""

    id: UUID
    slug: str
    name: str
    preset: str
    status: str
    test: bool
    currency: str
    time_zone: str
    created_at: datetime
    settings: dict[str, dict[str, Any]] = field(default_factory=dict[str, dict[str, Any]])
    sections: dict[Any, Any] = field(default_factory=dict[Any, Any], compare=False, repr=False)
    """The settings as their sections, once somebody has read them; they are never changed."""


_COLUMNS = "id, slug, name, preset, status, test, currency, time_zone, created_at"
_SETTINGS = """
(
  select jsonb_object_agg(s.section, s.values)
  from laurels.tenant_settings as s
  where s.tenant_id = $1
) as settings
"""


def _read_view(text: str | None) -> TenantView | None:
    if text is None:
        return None
    row = orjson.loads(text)
    row["id"], row["created_at"] = UUID(row["id"]), datetime.fromisoformat(row["created_at"])
    row["settings"] = row["settings"] or {}
    return TenantView(**row)


prefetch(
    TenantView,
    f"""
    select to_jsonb(v)
    from (
      select {_COLUMNS}, {_SETTINGS}
      from laurels.tenants
      where id = $1
    ) as v
""",
    _read_view,
)


async def current(work: Work) -> TenantView:
    """Return the tenant that this work is for, read once per transaction."""
    known = work.memo.get(TenantView)
    if known is not None:
        return known
    row = await work.fetchrow(
        f"select {_COLUMNS}, {_SETTINGS} from laurels.tenants where id = $1", work.tenant_id
    )
    if row is None:
        raise TenantNotFound
    view = TenantView(*row[:9], settings=row["settings"] or {})
    work.memo[TenantView] = view
    return view


async def require_active(work: Work) -> TenantView:
    """Return the tenant. Raise TenantSuspended when it may earn and spend nothing."""
    tenant = await current(work)
    if tenant.status != "active":
        raise TenantSuspended
    return tenant


async def find(database: Database, slug: str) -> UUID | None:
    """Return the id of the tenant with this slug, None when there is none."""
    async with database.connection() as raw:
        return await raw.fetchval("select laurels.find_tenant($1)", slug)


async def list_all(database: Database) -> list[TenantView]:
    """Return all tenants, by slug."""
    async with database.connection() as raw:
        rows = await raw.fetch(f"select {_COLUMNS} from laurels.list_tenants()")
    return [TenantView(*row) for row in rows]


async def create(
    database: Database,
    *,
    apply_preset: Sequence[PresetInstaller],
    actor: Actor,
    slug: str,
    **values: Any,
) -> TenantView:
    """A tenant exists, set up by its preset, in one transaction; see `establish`."""
    if await find(database, slug) is not None:
        raise SlugTaken(field="slug")
    async with open_work(database, tenant_id=new_id(), actor=actor) as work:
        return await establish(work, apply_preset=apply_preset, slug=slug, **values)


async def establish(
    work: Work,
    *,
    apply_preset: Sequence[PresetInstaller],
    slug: str,
    preset: str,
    name: str | None = None,
    currency: str = "USD",
    time_zone: str = "UTC",
    test: bool = False,
    plan: str = "standard",
) -> TenantView:
    """The tenant that this work is for exists, set up by its preset.

    `apply_preset` are the rooms' own parts of presets, from the lowest layer to the highest.
    Raise SlugTaken, UnknownPreset or TenantInvalid.
    """
    _check(slug, preset, currency, time_zone)
    try:
        async with work.savepoint():
            await work.fetch(
                SQL.create_tenant,
                work.tenant_id,
                slug,
                name or slug,
                preset,
                test,
                currency,
                time_zone,
                plan,
            )
    except asyncpg.UniqueViolationError:
        raise SlugTaken(field="slug") from None
    for part in apply_preset:
        await part(work, preset)
    chosen = {
        "slug": slug,
        "preset": preset,
        "currency": currency,
        "time_zone": time_zone,
        "plan": plan,
    }
    await audit.record(work, "tenant.created", "tenant", work.tenant_id, after=chosen)
    return await current(work)


def _check(slug: str, preset: str, currency: str, time_zone: str) -> None:
    if preset not in PRESETS:
        msg = f"`{preset[:40]}` is not a preset; use one of: {', '.join(PRESETS)}"
        raise UnknownPreset(msg, field="preset")
    allowed = slug.isascii() and slug.replace("-", "a").isalnum() and slug == slug.lower()
    if not allowed or not 1 <= len(slug) <= 63 or slug[0] == "-" or slug[-1] == "-":
        msg = "a slug has 1 to 63 small letters, digits and inner hyphens"
        raise TenantInvalid(msg, field="slug")
    if slug in RESERVED_SLUGS:
        msg = f"`{slug}` is an address of the console itself; choose another slug"
        raise TenantInvalid(msg, field="slug")
    try:
        check_currency(currency)
    except ValueError as error:
        raise TenantInvalid(str(error), field="currency") from None
    try:
        zone(time_zone)
    except ValueError as error:
        raise TenantInvalid(str(error), field="time_zone") from None


async def change(work: Work, values: Mapping[str, Any], *, version: int | None = None) -> None:
    """The tenant has this name and plan, as far as they are given; `version` is the one edited.

    Raise TenantNotFound or VersionConflict.
    """
    before = await work.fetchrow(SQL.lock_names, work.tenant_id)
    if before is None:
        raise TenantNotFound
    check_version(version, before["version"])
    after = {name: value for name, value in values.items() if before[name] != value}
    if not after:
        return
    await work.fetch(SQL.change_tenant, work.tenant_id, after.get("name"), after.get("plan"))
    work.memo.pop(TenantView, None)
    await audit.record(
        work,
        "tenant.changed",
        "tenant",
        work.tenant_id,
        before={name: before[name] for name in after},
        after=after,
    )


async def set_status(work: Work, status: str, *, reason: str | None = None) -> None:
    """The tenant is `active`, or `suspended`: it earns and spends nothing."""
    before = await current(work)
    await work.fetch("update laurels.tenants set status = $2 where id = $1", work.tenant_id, status)
    work.memo.pop(TenantView, None)
    await audit.record(
        work,
        f"tenant.{'resumed' if status == 'active' else 'suspended'}",
        "tenant",
        work.tenant_id,
        before={"status": before.status},
        after={"status": status, **({"reason": reason} if reason else {})},
    )
