"""The tenants of `laurels run`: something of every kind, sound books, the same every time."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest

from laurels import analytics, ledger, tenants
from laurels.cli.demo import office, telling
from laurels.cli.demo.business import FEATURED, OWNER, Business
from laurels.cli.demo.cafe import CAFE
from laurels.cli.demo.living import half_year
from laurels.cli.demo.shop import SHOP
from laurels.kit.db import roles
from laurels.kit.work import open_work

UNTIL = datetime(2026, 11, 24, 15, 20, tzinfo=UTC)
SMALL = replace(CAFE, slug="demo-small", members=90)
# Each of these has rows, and of a column that says a state, rows in each of them.
STATES = {
    "activities": ("kind", {"review", "social_share", "birthday"}),
    "earning_rules": ("status", {"active", "paused", "archived"}),
    "holds": ("status", {"open", "captured", "released", "expired"}),
    "member_merges": ("(unmerged_at is null)::text", {"true", "false"}),
    "members": ("status", {"active", "blocked", "archived", "merged", "erased"}),
    "point_transactions": (
        "type",
        {"earned", "bonus", "adjusted", "redeemed", "expired", "refunded", "reversed", "penalty"},
    ),
    "purchases": ("status", {"pending", "completed", "cancelled", "failed"}),
    "redemptions": (
        "state",
        {"pending", "completed", "used", "expired", "failed", "cancelled", "refunded"},
    ),
    "refunds": ("(lines is null or lines = '[]')::text", {"true", "false"}),
    "segments": ("kind", {"dynamic", "static"}),
    "staff": ("status", {"active", "invited", "removed"}),
    "tier_history": ("reason", {"qualification", "manual", "downgrade", "renewal"}),
    "webhook_endpoints": ("status", {"enabled", "disabled"}),
}
PRESENT = (
    "api_keys",
    "audit_log",
    "awards",
    "outbox",
    "purchase_lines",
    "rule_usage",
    "segment_days",
    "segment_memberships",
    "tiers",
    "vouchers",
)


@pytest.fixture
def urls(app_url: str, owner_url: str) -> roles.Urls:
    """The addresses of the test database."""
    return roles.Urls(app_url, owner_url)


async def rows(database, tenant_id: UUID, sql: str) -> list[Any]:
    """Return what a statement finds of this tenant."""
    async with open_work(database, tenant_id=tenant_id) as work:
        return [tuple(row) for row in await work.fetch(sql, tenant_id)]


@pytest.mark.slow
@pytest.mark.parametrize("business", [CAFE, SHOP], ids=["cafe", "shop"])
async def test_there_is_something_of_every_kind(database, urls, business: Business):
    business = replace(business, slug=f"{business.slug}-whole")
    tenant_id = await telling.tell(urls, business, until=UNTIL)

    for table, (column, wanted) in STATES.items():
        found = await rows(
            database,
            tenant_id,
            f"select distinct {column} from laurels.{table} where tenant_id = $1",
        )
        assert wanted <= {row[0] for row in found}, table
    for table in PRESENT:
        found = await rows(
            database, tenant_id, f"select 1 from laurels.{table} where tenant_id = $1 limit 1"
        )
        assert found, table
    async with open_work(database, tenant_id=tenant_id, now=UNTIL) as work:
        assert not await ledger.find_faults(work)
        shown = await analytics.overview(work)
        soon = await work.fetchrow(
            "select count(*) from laurels.lots where tenant_id = $1 and remaining > 0"
            " and expires_at between $2 and $3",
            tenant_id, UNTIL, UNTIL + timedelta(days=30),
        )  # fmt: skip
        owing = await work.fetchrow(
            "select count(*) from laurels.wallets where tenant_id = $1 and debt > 0", tenant_id
        )
    assert all(shown.figures.values()), shown.figures
    assert all(shown.previous.values()), shown.previous
    assert all(part["purchases"] for part in shown.parts)
    assert soon[0]
    assert owing[0]


@pytest.mark.slow
async def test_it_is_the_same_every_time(database, urls):
    one, two = [
        await telling.tell(urls, replace(SMALL, slug=slug), until=UNTIL)
        for slug in ("demo-one", "demo-two")
    ]

    for sql in (
        "select m.external_id, m.email, m.status, m.enrolled_at from laurels.members as m"
        " where tenant_id = $1 order by 1, 2",
        "select external_id, amount, status, occurred_at from laurels.purchases"
        " where tenant_id = $1 order by 1, 2",
        "select m.external_id, t.seq, t.type, t.points, t.balance_after, t.occurred_at, t.reason"
        " from laurels.point_transactions as t"
        " join laurels.wallets as w on w.tenant_id = $1 and w.id = t.wallet_id"
        " join laurels.members as m on m.tenant_id = $1 and m.id = w.member_id"
        " where t.tenant_id = $1 order by 1, 2",
        "select m.external_id, r.reward ->> 'name', r.state, r.redeemed_at from laurels.redemptions"
        " as r join laurels.members as m on m.tenant_id = $1 and m.id = r.member_id"
        " where r.tenant_id = $1 order by 1, 4, 2",
    ):  # fmt: skip
        assert await rows(database, one, sql) == await rows(database, two, sql)


@pytest.mark.slow
async def test_one_that_broke_off_is_made_anew_and_a_whole_one_is_left_alone(database, urls):
    business = replace(SMALL, slug="demo-again")
    broken = half_year(database, business, UNTIL)
    await office.open_the_house(broken)

    tenant_id = await telling.tell(urls, business, until=UNTIL)
    again = await telling.tell(urls, business)

    assert tenant_id != broken.tenant_id
    assert tenant_id == again
    owners = await rows(
        database,
        tenant_id,
        "select email from laurels.staff where tenant_id = $1 and role = 'owner'",
    )
    assert owners == [(OWNER,)]
    featured = await rows(
        database, tenant_id, "select external_id from laurels.members where tenant_id = $1"
    )
    assert (FEATURED,) in featured


async def test_a_tenant_of_somebody_else_is_not_touched(database, urls, house):
    business = replace(SMALL, slug=house.tenant.slug)

    found = await telling.tell(urls, business)

    assert found == house.tenant.id
    async with open_work(database, tenant_id=found) as work:
        assert (await ledger.figures(work)).members == 0
    assert await tenants.find(database, house.tenant.slug) == found
