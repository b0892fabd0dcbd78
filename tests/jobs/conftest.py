"""Tenants whose clock can be moved, and what is asked of them."""

from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import Any
from uuid import UUID

import pytest

from laurels import jobs, ledger
from laurels.kit import jobs as declared
from laurels.kit.db.pool import Database
from laurels.kit.work import OPERATOR, Work, open_work
from tests import conftest
from tests.support.make import House, make_tenant

# Workers do the work of all tenants that are there: here are no others than those of this folder.
app_url, database = conftest.app_url, conftest.database
database_name, owner_url = conftest.database_name, conftest.owner_url


@dataclass
class Clocked:
    """A test tenant, in whatever its present is."""

    database: Database
    tenant_id: UUID
    house: House

    async def now(self) -> datetime:
        """The tenant's business time."""
        async with open_work(self.database, tenant_id=self.tenant_id) as work:
            return work.now

    async def advance(self, span: str) -> jobs.RunView:
        """Move the clock and wait until it is there."""
        async with open_work(self.database, tenant_id=self.tenant_id, actor=OPERATOR) as work:
            clock = await jobs.advance(work, span)
        assert clock.run is not None
        ended = await jobs.carry_out(self.database, self.tenant_id, clock.run.id)
        assert ended is not None
        return ended

    async def fetch(self, sql: str, *values: Any) -> list[Any]:
        """Ask the database something about the tenant, which is $1."""
        async with open_work(self.database, tenant_id=self.tenant_id) as work:
            return await work.fetch(sql, self.tenant_id, *values)

    async def balance(self, member_id: UUID) -> dict[str, int]:
        """What the member has, as it stands in the books."""
        async with open_work(self.database, tenant_id=self.tenant_id) as work:
            return await ledger.balance(work, member_id)


Make = Callable[..., Awaitable[Clocked]]


@pytest.fixture
async def make_clocked(database: Database) -> AsyncIterator[Make]:
    """Make a test tenant; its books are checked when the test is over."""
    made: list[Clocked] = []

    async def make(**values: Any) -> Clocked:
        house = await make_tenant(database, test=True, **values)
        made.append(Clocked(database, house.tenant.id, house))
        return made[-1]

    yield make
    for one in made:
        async with open_work(database, tenant_id=one.tenant_id) as work:
            assert [str(fault) for fault in await ledger.find_faults(work)] == []


@pytest.fixture
async def clocked(make_clocked: Make) -> Clocked:
    """A test tenant in Berlin."""
    return await make_clocked(time_zone="Europe/Berlin")


@pytest.fixture
def by_month(monkeypatch: pytest.MonkeyPatch) -> list[tuple[UUID, datetime]]:
    """A job that is for a month, and looks back over a quarter; the list says what it did."""
    done: list[tuple[UUID, datetime]] = []

    async def step(work: Work, *, limit: int, due: datetime) -> int:
        """Do a month."""
        done.append((work.tenant_id, due))
        return 0 * limit

    monkeypatch.setattr(declared, "_jobs", dict(declared._jobs))
    declared.each_period(
        "kit.by_month", every=declared.Monthly(31, time(9)), look_back=timedelta(days=93)
    )(step)
    return done
