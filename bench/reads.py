"""What people wait for who look: finding a member among many, and the figures of home."""

import time
from datetime import UTC, datetime, timedelta
from uuid import UUID

import asyncpg
import httpx

from laurels import auth, domains, tenants
from laurels.kit.db.pool import Database
from laurels.kit.work import OPERATOR, open_work

from .doors import Doors
from .yard import Reading, Yard

MEMBERS, PURCHASES, DAYS = 100_000, 1_000_000, 365
LOAD = """
set session_replication_role = replica;
create temp table given as select n, name from unnest(string_to_array(
  'ada amir anna ben björn carla chen chloé dana diego elif emma erik fatima felix françois grace'
  ' hana hugo inés ivan jana jonas jürgen kemal lena leo lucía marta mateo mei mila nadia nils noor'
  ' olga omar paula pia priya rafael rosa samir sofía søren tariq tess tom vera viktor yara yuki',
  ' ')) with ordinality as t (name, n);
create temp table family as select n, name from unnest(string_to_array(
  'abebe andersen bauer brown castro chang cohen costa dubois evans fischer garcía haddad hansen'
  ' ito jansen keller khan kim kovac larsen lopez martin meyer moreau müller nguyen novák okafor'
  ' park patel petrov popescu reyes rossi santos sato schmidt silva singh smith tanaka weber wood',
  ' ')) with ordinality as t (name, n);
insert into laurels.members (
  tenant_id, id, external_id, email, first_name, last_name, phone, enrolled_at
)
select
  '{tenant}', gen_random_uuid(), 'cust-' || s.n,
  laurels.plain(g.name) || '.' || laurels.plain(f.name) || s.n || '@example.com',
  initcap(g.name), initcap(f.name), '+1212' || lpad((s.n * 7919 % 10000000)::text, 7, '0'),
  now() - s.n * interval '5 minutes'
from generate_series(1, {members}) as s (n)
inner join given as g on g.n = 1 + s.n * 31 % (select count(*) from given)
inner join family as f on f.n = 1 + s.n * 17 % (select count(*) from family);
insert into laurels.member_identities (tenant_id, kind, value, member_id)
select '{tenant}', 'card', '97' || external_id, id
from laurels.members where tenant_id = '{tenant}';
insert into laurels.wallets (tenant_id, id, member_id, program_id, available)
select '{tenant}', gen_random_uuid(), m.id, '{program}', 100
from laurels.members as m where m.tenant_id = '{tenant}';
create temp table who as
select row_number() over (order by m.id) as n, m.id, w.id as wallet_id from laurels.members as m
inner join laurels.wallets as w on w.tenant_id = m.tenant_id and w.member_id = m.id
where m.tenant_id = '{tenant}';
insert into laurels.member_totals (tenant_id, member_id, spend, refunded, purchases)
select '{tenant}', id, 100, 0, 8 from who;
create temp table bought as
select n, 1 + (n::bigint * 7919) % {members} as member, n % 5 > 0 as joined,
  10 + n % 90 as amount, now() - n * interval '{days} days' / {purchases} as at
from generate_series({purchases}, 1, -1) as n;
insert into laurels.purchases (
  tenant_id, id, source, external_id, member_id, status, amount, currency, occurred_at, completed_at
)
select
  '{tenant}', laurels.new_id(), 'api', 'p-' || b.n, case when b.joined then who.id end, 'completed',
  b.amount, 'USD', b.at, b.at
from bought as b left join who on who.n = b.member;
insert into laurels.point_transactions (
  tenant_id, id, wallet_id, seq, amount, debt_delta, balance_after, occurred_at, type, source,
  actor_type
)
select
  '{tenant}', laurels.new_id(), who.wallet_id, b.n,
  case when b.n % 20 = 1 then -5 else b.amount end, 0, 100, b.at,
  case when b.n % 20 = 1 then 'redeemed' else 'earned' end,
  case when b.n % 20 = 1 then 'redemption' else 'purchase' end, 'system'
from bought as b inner join who on who.n = b.member where b.joined;
vacuum analyze laurels.members;
vacuum analyze laurels.member_identities;
vacuum analyze laurels.member_totals;
vacuum analyze laurels.wallets;
vacuum analyze laurels.purchases;
vacuum analyze laurels.point_transactions;
"""
"""Straight into the tables: by the operations it would take half an hour."""

HOME = "/v1/analytics/overview"
FIND = "/v1/members?limit=20&search="
READS: dict[str, tuple[tuple[str, ...], int | None]] = {
    "a member by one name": ((f"{FIND}anna", f"{FIND}SMITH", f"{FIND}müll"), 50),
    "a member by two names": ((f"{FIND}anna smith", f"{FIND}wood priya"), 50),
    "a member by a telephone number": ((f"{FIND}+1 212 555 0", f"{FIND}(212) 0791"), 50),
    "a member by a part of an address": ((f"{FIND}smith123", f"{FIND}park40@exam"), 50),
    "a member by an address with a typo": (
        (f"{FIND}ana.smit4301@example.com", f"{FIND}priya.wodo77@example.com"),
        50,
    ),
    "a member by their id": ((f"{FIND}cust-4711", f"{FIND}97cust-90210"), 50),
    "a member by what all have in common": ((f"{FIND}example.com", f"{FIND}a", f"{FIND}cust"), 50),
    "nobody": ((f"{FIND}qzxw", f"{FIND}anna zzzz"), 50),
    "home, 30 days": ((HOME,), 150),
    "home, 90 days": ((f"{HOME}?first_day={{89}}",), None),
}
"""Each row: what is asked in turns, and at most how many milliseconds it may take at p95; a day in
braces is so many days ago."""
HEAD = ["looking", "p50 ms", "p95 ms", "database ms", "API ms", "goal", ""]


class Reads:
    """A tenant with many members and purchases, and the clock on what is read of it."""

    def __init__(self, yard: Yard, doors: Doors) -> None:
        self.yard = yard
        self.doors = doors
        self.token = ""

    async def prepare(self, database: Database) -> None:
        """Make the tenant."""
        made = await tenants.create(
            database,
            slug="many",
            preset="plain",
            apply_preset=domains.PRESET_INSTALLERS,
            actor=OPERATOR,
        )
        async with open_work(database, tenant_id=made.id) as work:
            self.token = (await auth.create_key(work, name="bench", test=False)).key
            row = await work.fetchrow("select id from laurels.programs where is_default")
        assert row is not None, "a preset makes a program"
        await load(self.yard.cluster.url(user="postgres", database="laurels"), made.id, row[0])

    async def measure(self, name: str, seconds: float) -> Reading:
        """Ask one after the other for so long."""
        paths = [_dated(path) for path in READS[name][0]]
        server = self.doors.servers["api"]
        waits: list[float] = []
        async with httpx.AsyncClient(
            base_url=f"http://127.0.0.1:{server.port}",
            headers={"Authorization": f"Bearer {self.token}"},
            timeout=60,
        ) as client:
            for path in paths:
                (await client.get(path)).raise_for_status()
            database, api, started = self.yard.server_cpu(), server.cpu(), time.perf_counter()
            while time.perf_counter() - started < seconds or len(waits) < 20:
                before = time.perf_counter()
                (await client.get(paths[len(waits) % len(paths)])).raise_for_status()
                waits.append(time.perf_counter() - before)
            spent = time.perf_counter() - started
        waits.sort()
        return Reading(
            len(waits), spent, self.yard.server_cpu() - database, server.cpu() - api,
            p50=waits[len(waits) // 2], p95=waits[int(len(waits) * 0.95)],
        )  # fmt: skip


def _dated(path: str) -> str:
    before, mark, after = path.partition("{")
    if not mark:
        return path
    day = datetime.now(UTC).date() - timedelta(days=int(after.removesuffix("}")))
    return f"{before}{day}"


async def load(
    admin_url: str,
    tenant: UUID,
    program: UUID,
    *,
    members: int = MEMBERS,
    purchases: int = PURCHASES,
) -> None:
    """Fill the tables of a tenant, as the superuser."""
    connection = await asyncpg.connect(admin_url)
    try:
        words = {"tenant": tenant, "program": program, "members": members, "purchases": purchases}
        for statement in LOAD.format(**words, days=DAYS).split(";\n"):
            if statement.strip():
                await connection.execute(statement)
    finally:
        await connection.close()
