"""Builders: keyword for what matters, sensible for the rest, always through the real operations."""

import itertools
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

from laurels import domains, ledger, members, tenants
from laurels.kit.db.pool import Database
from laurels.kit.work import OPERATOR, Actor, Work, open_work

_numbers = itertools.count(1)
NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
"""A Monday noon at which the clock of most tests stands."""


@dataclass
class House:
    """A tenant, its database, a clock that stands still, and builders."""

    database: Database
    tenant: tenants.TenantView
    now: datetime = NOON
    extra: dict[str, Any] = field(default_factory=dict)

    @asynccontextmanager
    async def work(self, *, actor: Actor = OPERATOR, dry_run: bool = False) -> AsyncIterator[Work]:
        """A transaction at the house's time; commits when the block ends."""
        async with open_work(
            self.database,
            tenant_id=self.tenant.id,
            actor=actor,
            now=self.now,
            dry_run=dry_run,
        ) as work:
            yield work

    def later(self, **span: float) -> datetime:
        """Move the clock forward by a timedelta(**span) and return the new time."""
        self.now += timedelta(**span)
        return self.now

    async def member(self, *, balance: int = 0, **profile: Any) -> UUID:
        """A member, with a wallet and this many points that never expire by themselves."""
        profile.setdefault("external_id", f"m-{next(_numbers)}")
        async with self.work() as work:
            member_id = (await members.ensure(work, [profile["external_id"]]))[
                profile["external_id"]
            ]
            await ledger.open_wallets(work, [member_id])
            if balance:
                await ledger.credit(
                    work, ledger.Credit(member_id=member_id, points=balance, type="adjusted")
                )
        return member_id

    async def program(self, *, default: bool = True, **dates: Any) -> UUID:
        """A program with these dates (maturity_days, expiry_days, grace_days)."""
        async with self.work() as work:
            if default:
                await work.fetch(
                    "update laurels.programs set is_default = false where tenant_id = $1",
                    work.tenant_id,
                )
            return await ledger.create_program(
                work, name=f"Program {next(_numbers)}", is_default=default, **dates
            )

    async def balance(self, member_id: UUID) -> dict[str, int]:
        """The member's available, pending, held and debt in the default program."""
        async with self.work() as work:
            return await ledger.balance(work, member_id)

    async def wallet_id(self, member_id: UUID) -> UUID:
        """The member's wallet of the default program."""
        async with self.work() as work:
            rows = await work.fetch(
                "select w.id from laurels.wallets as w join laurels.programs as p"
                " on p.tenant_id = w.tenant_id and p.id = w.program_id"
                " where w.tenant_id = $1 and w.member_id = $2 and p.is_default",
                work.tenant_id,
                member_id,
            )
        return rows[0][0]


async def make_tenant(database: Database, **values: Any) -> House:
    """A fresh tenant of the `plain` preset."""
    values.setdefault("slug", f"t-{uuid4().hex[:16]}-{next(_numbers)}")
    values.setdefault("preset", "plain")
    tenant = await tenants.create(
        database, apply_preset=domains.PRESET_INSTALLERS, actor=OPERATOR, **values
    )
    return House(database, tenant)
