"""Paging by key: each sort gives every row once and in order, whatever comes in between."""

import base64
import json
import re
from datetime import UTC, datetime, timedelta
from itertools import count

import asyncpg
import httpx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from laurels import auth, ledger
from laurels.kit.errors import Invalid
from laurels.kit.http.paging import Asked, Listing, Place, at, number, text
from laurels.kit.values.ids import encode, new_id
from laurels.members.queries import MEMBERS
from tests.support.application import application
from tests.support.make import make_tenant
from tests.support.openapi import document, hold_to_the_document
from tests.support.size import pick

_numbers = count(1)
NAMES = ["Zoë Meier", "zoe meier", "Anna Adler", "Anna Adler", "Ann", None, None]


async def enrol(client, *names):
    """Enrol people with these names; the ids, in the order in which they came."""
    made = []
    for name in names:
        first, _, last = (name or "").partition(" ")
        number_ = next(_numbers)
        profile = {"external_id": f"l-{number_}", "first_name": first, "last_name": last}
        if number_ % 3:
            profile["email"] = f"L{number_ % 2}.{number_}@example.com"
        sent = {field: value for field, value in profile.items() if value}
        answer = await client.post("/v1/members", json=sent)
        assert answer.status_code == 201, answer.text
        made.append(answer.json()["id"])
    return made


async def walk(client, path, between=None, **asked):
    """Every row of a list, page by page; `between` happens after each page."""
    rows, cursor = [], None
    while True:
        sent = asked | ({"cursor": cursor} if cursor else {})
        answer = await client.get(path, params=sent)
        assert answer.status_code == 200, answer.text
        page = answer.json()
        rows += page["data"]
        cursor = page["next_cursor"]
        assert page["has_more"] == (cursor is not None)
        if cursor is None:
            return rows
        assert len(page["data"]) == asked["limit"]
        assert len(rows) < 1000, "this list has no end"
        if between is not None:
            await between()


async def in_order(house, key):
    """The ids of all members by a column of the table, ids where it ties."""
    async with house.work() as work:
        rows = await work.fetch(
            f"select id from laurels.members where tenant_id = $1 order by {key}, id",
            work.tenant_id,
        )
    return [encode("member", row["id"]) for row in rows]


KEYS = {"created_at": "id", "name": "name_key", "email": "email_key", "updated_at": "updated_at"}


@pytest.mark.parametrize("sort", MEMBERS.sorts)
@pytest.mark.parametrize("limit", [1, 2, 3, 7, 100])
async def test_each_sort_gives_every_row_once_and_in_order(client, house, sort, limit):
    await enrol(client, *NAMES)
    wanted = await in_order(house, KEYS[sort])

    rising = await walk(client, "/v1/members", sort=sort, limit=limit)
    falling = await walk(client, "/v1/members", sort=f"-{sort}", limit=limit)

    assert [row["id"] for row in rising] == wanted
    assert [row["id"] for row in falling] == wanted[::-1]


async def test_names_are_sorted_as_they_are_searched(client):
    await enrol(client, "Zoë Meier", "anna Öst", "Zoe Meier", "Ben Adler", "Öle")

    found = await walk(client, "/v1/members", sort="name", limit=2)

    names = [" ".join(filter(None, (row["first_name"], row["last_name"]))) for row in found]
    assert names == ["Ben Adler", "Zoë Meier", "Zoe Meier", "Öle", "anna Öst"]


@pytest.mark.parametrize("sort", ["created_at", "-created_at", "name", "-name", "email"])
async def test_rows_that_come_meanwhile_neither_repeat_nor_hide_one(client, sort):
    before = await enrol(client, *NAMES)

    left = [["Anna Adler", "Zzz Zzz"], [None, "Aaa Aaa"], ["Anna Adler"]]

    async def between():
        await enrol(client, *(left.pop() if left else []))

    found = [row["id"] for row in await walk(client, "/v1/members", between, sort=sort, limit=2)]
    at_last = [row["id"] for row in await walk(client, "/v1/members", sort=sort, limit=100)]

    assert not left
    assert len(set(found)) == len(found)
    # Those that were there all the time all came, and what came is in the order of the list.
    assert set(before) <= set(found)
    assert found == [each for each in at_last if each in found]


async def test_a_span_is_half_open(client, house):
    moments = [house.now - timedelta(days=days) for days in (3, 2, 1)]
    for moment in moments:
        sent = {
            "source": "s",
            "amount": "1.00",
            "currency": "USD",
            "occurred_at": moment.isoformat(),
        }
        made = await client.post("/v1/purchases", json=sent | {"external_id": str(moment)})
        assert made.status_code == 201, made.text

    async def found(**asked):
        sent = {name: moment.isoformat() for name, moment in asked.items()}
        rows = await walk(client, "/v1/purchases", sort="occurred_at", limit=1, **sent)
        return [datetime.fromisoformat(row["occurred_at"]) for row in rows]

    assert await found(since=moments[1]) == moments[1:]
    assert await found(until=moments[1]) == moments[:1]
    assert await found(since=moments[0], until=moments[2]) == moments[:2]
    assert await found(since=moments[1], until=moments[1]) == []


# -- cursors -------------------------------------------------------------------------------------


async def test_a_cursor_of_another_sort_is_refused_and_says_which(client):
    await enrol(client, "Ann", "Ben")
    page = (await client.get("/v1/members", params={"sort": "name", "limit": 1})).json()

    for sort in ({}, {"sort": "-name"}, {"sort": "email"}):
        refused = await client.get("/v1/members", params={**sort, "cursor": page["next_cursor"]})

        (error,) = refused.json()["errors"]
        assert refused.status_code == 422
        assert error["field"] == "cursor"
        assert "sorted by `name`" in error["message"]
        assert "send `sort=name`" in error["message"]


async def test_a_sort_that_is_none_is_refused(client):
    refused = await client.get("/v1/members", params={"sort": "balance"})

    assert refused.status_code == 422
    assert refused.json()["errors"][0]["field"] == "sort"


LIST = Listing(
    moment="a",
    happened="Made",
    sorts={"created_at": None, "name": text("b"), "at": at("c"), "points": number("d")},
)
PLACES = st.one_of(
    st.tuples(st.just("created_at"), st.none()),
    st.tuples(st.just("name"), st.text(st.characters(exclude_characters="\0"), max_size=200)),
    st.tuples(st.just("at"), st.datetimes(timezones=st.timezones(), allow_imaginary=False)),
    st.tuples(st.just("points"), st.integers(-(2**53) + 1, 2**53 - 1)),
)


@given(place=PLACES, row_id=st.uuids(), falling=st.booleans())
def test_a_cursor_is_read_as_it_was_written(place, row_id, falling):
    sort = f"-{place[0]}" if falling else place[0]

    cursor = LIST.cursor(Asked(sort=sort), Place(place[1], row_id))

    # In their own zones two moments of an hour that comes twice are never equal.
    key = place[1].astimezone(UTC) if isinstance(place[1], datetime) else place[1]
    assert LIST.place(Asked(sort=sort, cursor=cursor)) == Place(key, row_id)
    assert len(cursor) <= 2000


def packed(value):
    return base64.urlsafe_b64encode(json.dumps(value).encode()).decode().rstrip("=")


ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text() | st.sampled_from(["name"]),
    lambda inner: st.lists(inner, max_size=4),
    max_leaves=8,
)
FORGED = st.one_of(
    st.text(max_size=80),
    ANYTHING.map(packed),
    st.tuples(st.sampled_from(list(LIST.orders)), ANYTHING, st.uuids().map(str) | ANYTHING).map(
        lambda forged: packed(list(forged))
    ),
    st.just(packed(["name", "\ud800", new_id().hex])),
    st.just(packed(["at", "2026-01-01", new_id().hex])),
    st.just(packed(["points", 2**60, new_id().hex])),
)


@settings(max_examples=500)
@given(cursor=FORGED, sort=st.sampled_from(list(LIST.orders)))
def test_what_is_no_cursor_is_refused_by_its_name_or_is_a_place(cursor, sort):
    try:
        place = LIST.place(Asked(sort=sort, cursor=cursor))
    except Invalid as found:
        place, refused = None, found.fields[0].field
    else:
        refused = None

    assert (place is None) == (refused == "cursor")


# -- lists that are put together -----------------------------------------------------------------


async def test_transactions_go_wallet_by_wallet_in_each_direction(client, house):
    member = await house.member(balance=1)
    programs = [await house.program(default=False) for _ in range(2)]
    async with house.work() as work:
        for program in programs:
            await ledger.credit(
                work, ledger.Credit(member_id=member, program_id=program, points=5, type="bonus")
            )
    path = f"/v1/members/{encode('member', member)}"
    wallets = [row["id"] for row in await walk(client, f"{path}/wallets", limit=2)]
    assert len(wallets) == 3
    for points in (6, 7):
        for wallet in (wallets[0], wallets[2]):
            made = await client.post(f"/v1/wallets/{wallet}/credit", json={"points": points})
            assert made.status_code == 201

    for limit in (1, 2, 3, 4, 5, 7, 8):
        falling = await walk(client, f"{path}/transactions", limit=limit)
        rising = await walk(client, f"{path}/transactions", limit=limit, sort="created_at")

        assert [row["points"] for row in falling] == [7, 6, 1, 5, 7, 6, 5]
        assert [row["points"] for row in rising] == [1, 6, 7, 5, 5, 6, 7]


async def test_lots_that_never_expire_come_last_or_first(client, house):
    await house.program(maturity_days=5)
    member = await house.member()
    wallet = f"/v1/wallets/{encode('wallet', await house.wallet_id(member))}"
    for points, days in ((1, 30), (2, None), (3, 10), (4, 30)):
        expires = (
            {} if days is None else {"expires_at": str(house.now + timedelta(days=4000 + days))}
        )
        sent = {"points": points} | {name: at_.replace(" ", "T") for name, at_ in expires.items()}
        made = await client.post(f"{wallet}/credit", json=sent)
        assert made.status_code == 201, made.text

    rising = await walk(client, f"{wallet}/lots", limit=1)
    falling = await walk(client, f"{wallet}/lots", limit=1, sort="-expires_at")

    assert [row["initial"] for row in rising] == [3, 1, 4, 2]
    assert falling == rising[::-1]


# -- the price of a page -------------------------------------------------------------------------

MANY = pick(5_000, 100_000)
FILL = """
insert into laurels.members (tenant_id, external_id, first_name, last_name, email, enrolled_at,
  updated_at)
select $1, 'm' || i, 'F' || i % 50, 'L' || i % 500, 'p' || i || '@example.com', now(),
  now() - i * interval '1 second'
from generate_series(1, $2::integer) as i;

insert into laurels.purchases (tenant_id, source, external_id, member_id, status, amount, currency,
  occurred_at, completed_at, settled_at)
select $1, 's', 'p' || row_number() over (), id, 'completed', 1, 'USD', updated_at, now(), now()
from laurels.members where tenant_id = $1;

insert into laurels.refunds (tenant_id, purchase_id, source, external_id, amount, points,
  occurred_at)
select $1, id, 's', external_id, 0, 0, occurred_at from laurels.purchases where tenant_id = $1;

insert into laurels.activities (tenant_id, source, external_id, member_id, kind, occurred_at)
select $1, 's', external_id, member_id, 'review', occurred_at
from laurels.purchases where tenant_id = $1;

insert into laurels.audit_log (tenant_id, action, target_type, target_id, actor_type, created_at)
select $1, 'member.changed', 'member', 'mem', 'system', updated_at
from laurels.members where tenant_id = $1;

insert into laurels.outbox (tenant_id, type, payload, occurred_at, created_at, position, relayed_at)
select $1, 'member.changed', '{}', now(), now(), i, now()
from generate_series(1000001, 1000000 + $2::integer) as i;

insert into laurels.outbound_messages (tenant_id, channel, destination_id, subject_id, type,
  position, state, next_attempt_at, created_at, finished_at)
select $1, 'webhook', $1, id, type, position, 'sent', now(), now(), now()
from laurels.outbox where tenant_id = $1 and position > 1000000;

insert into laurels.event_handlings (tenant_id, event_id, handler, event_type, position, state,
  next_attempt_at, created_at, finished_at)
select $1, id, 'tests.nobody', type, position, 'dead', now(), now(), now()
from laurels.outbox where tenant_id = $1 and position > 1000000;

insert into laurels.job_runs (tenant_id, job, period, origin, state, due_at, created_at,
  finished_at)
select $1, 'tests.none', i::text, 'hand', 'done', now(), now(), now()
from generate_series(1, $2::integer) as i;

insert into laurels.point_transactions (tenant_id, wallet_id, seq, type, source, amount, debt_delta,
  balance_after, actor_type, occurred_at)
select $1, $3, i, 'adjusted', 'manual', 1, 0, i, 'system', now()
from generate_series(1, $2::integer) as i;

insert into laurels.lots (tenant_id, wallet_id, transaction_id, initial, remaining, matured_at,
  expires_at)
select $1, $3, laurels.new_id(), 1, 1, now(),
  case when i % 2 = 0 then now() + i % 1000 * interval '1 day' end
from generate_series(1, $2::integer) as i;

insert into laurels.holds (tenant_id, wallet_id, points, status, created_at)
select $1, $3, 1, 'open', now() from generate_series(1, $2::integer) as i;

insert into laurels.segments (tenant_id, name, kind, auto_update, created_at, updated_at)
values ($1, 'S', 'static', false, now(), now());

insert into laurels.segment_memberships (tenant_id, segment_id, member_id, joined_at, reason)
select $1, (select id from laurels.segments where tenant_id = $1), id, now(), 'hand'
from laurels.members where tenant_id = $1;

insert into laurels.rewards (tenant_id, name, type, value, cost_points, fulfilment)
values ($1, 'R', 'custom', '{}', 1, 'manual');

insert into laurels.redemptions (tenant_id, reward_id, member_id, state, quantity, points_spent,
  transaction_id, reward, fulfilment, source, redeemed_at, actor_type)
select $1, (select id from laurels.rewards where tenant_id = $1), id, 'pending', 1, 1,
  (select id from laurels.point_transactions where tenant_id = $1 limit 1), '{}', 'manual', 's',
  now(), 'system'
from laurels.members where tenant_id = $1;

insert into laurels.vouchers (tenant_id, reward_id, code, origin)
select $1, (select id from laurels.rewards where tenant_id = $1), 'V' || i, 'pool'
from generate_series(1, $2::integer) as i;
"""
READ = """
select coalesce(sum(pg_stat_get_xact_tuples_returned(c.oid)
  + pg_stat_get_xact_tuples_fetched(c.oid)), 0)::bigint
from pg_class as c where c.relnamespace = 'laurels'::regnamespace and c.relkind in ('r', 'i')
  and c.reltuples not between 0 and 2000
"""
"""What was read so far of tables and indexes that are too large to be read whole."""
ENDLESS = (
    "audit-log", "dead-letters", "activities", "events", "jobs/runs", "members",
    "members/{member}/transactions", "outbound-messages", "purchases", "redemptions", "refunds",
    "rewards/{reward}/vouchers", "segments/{segment}/members", "wallets/{wallet}/holds",
    "wallets/{wallet}/lots",
)  # fmt: skip
"""Lists that grow as long as there is business."""


@pytest.fixture(scope="module")
async def crowded(database, owner_url):
    """A tenant with a great many rows of everything, and the ids that paths need."""
    house = await make_tenant(database)
    member = await house.member()
    wallet = await house.wallet_id(member)
    async with house.work() as work:
        for statement in FILL.strip().removesuffix(";").split(";\n"):
            given = [house.tenant.id, MANY, wallet]
            await work.fetch(statement, *given[: max(map(int, re.findall(r"\$(\d)", statement)))])
        ids = {"member": member, "wallet": wallet}
        for kind in ("reward", "segment"):
            row = await work.fetchrow(
                f"select id from laurels.{kind}s where tenant_id = $1", house.tenant.id
            )
            ids[kind] = row["id"]
    connection = await asyncpg.connect(owner_url)
    await connection.execute("analyze")
    await connection.close()
    async with house.work() as work:
        made = await auth.create_key(work, name="test", test=False)
    return {kind: encode(kind, each) for kind, each in ids.items()}, made.key


@pytest.fixture
async def counted(monkeypatch):
    """How many rows each page that is fetched has read, by the server's own count."""
    found = []
    fetch = Listing.fetch

    async def fetch_and_count(self, work, asked, statement, *values):
        before = await work.fetchrow(READ)
        rows = await fetch(self, work, asked, statement, *values)
        after = await work.fetchrow(READ)
        found.append(after[0] - before[0])
        return rows

    monkeypatch.setattr(Listing, "fetch", fetch_and_count)
    return found


def sorts_of(path):
    """By what the document says that a list can be sorted."""
    generic = "/v1/" + re.sub(r"\{(\w+)\}", r"{\1_id}", path)
    (sort,) = [
        each["schema"]
        for each in document()["paths"][generic]["get"]["parameters"]
        if each["name"] == "sort"
    ]
    return sort["enum"]


@pytest.mark.parametrize(
    ("path", "sort"), [(path, sort) for path in ENDLESS for sort in sorts_of(path)]
)
async def test_a_page_reads_no_more_rows_than_it_shows(crowded, database, counted, path, sort):
    ids, key = crowded
    app = application(database)
    async with httpx.AsyncClient(
        transport=httpx.ASGITransport(app=app, raise_app_exceptions=False),
        base_url="http://laurels.test",
        headers={"Authorization": f"Bearer {key}"},
        event_hooks={"response": [hold_to_the_document]},
    ) as client:
        path = "/v1/" + path.format(**ids)
        page = (await client.get(path, params={"sort": sort})).json()
        for _ in range(2):
            sent = {"sort": sort, "cursor": page["next_cursor"]}
            page = (await client.get(path, params=sent)).json()
            assert len(page["data"]) == 20

    assert len(counted) == 3
    # Rows, entries of indexes, and what is joined to them. What sorts the list reads all MANY.
    assert max(counted) < MANY / 4, counted
