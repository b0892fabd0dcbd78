"""People are found by what somebody types, and each result says what matched."""

import asyncpg
import pytest

from laurels.kit.values.ids import new_id
from laurels.kit.values.telephone import to_e164
from laurels.members.finding import typos

SMITH = {
    "external_id": "C-77",
    "email": "anna.smith@example.com",
    "first_name": "Anna",
    "last_name": "Smith",
    "identities": {"card": "9f2c7b"},
}


async def enrol(client, **profile):
    answer = await client.post("/v1/members", json=profile)
    assert answer.status_code in {200, 201}, answer.text
    return answer.json()


async def find(client, text):
    answer = await client.get("/v1/members", params={"search": text})
    assert answer.status_code == 200, answer.text
    return {each["external_id"]: each["matched"] for each in answer.json()["data"]}


@pytest.fixture
async def people(client):
    await client.patch("/v1/settings/members", json={"country": "DE"})
    await enrol(client, **SMITH)
    await enrol(client, external_id="b", email="bob@example.com", first_name="Bob")
    await enrol(client, external_id="c", email="anne.schmidt@example.com", phone="030 901820")


@pytest.mark.parametrize(
    ("text", "matched"),
    [
        ("smith anna", ["email", "name"]),
        ("SMÍTH", ["email", "name"]),
        ("anna.smith@example.com", ["email"]),
        (" anna.smith @example.com ", ["email"]),
        ("<anna.smith@example.com>,", ["email"]),
        ("ana.smith@example.com", ["similar_email"]),
        ("anna.smtih@example.com", ["similar_email"]),
        ("anna.smith@ecample.con", ["similar_email"]),
        ("annna.smiht@example.com", ["similar_email"]),
        ("C-77", ["external_id"]),
        ("9f2c7b", ["identity"]),
        ("card:9f2c7b", ["identity"]),
    ],
)
async def test_somebody_is_found_and_it_says_by_what(client, people, text, matched):
    assert await find(client, text) == {"C-77": matched}


@pytest.mark.parametrize(
    "text", ["nobody@example.com", "anna.jones@example.com", "crm_id:9f2c7b", "mem_x", "pur_x"]
)
async def test_what_is_nobodys_finds_nobody(client, people, text):
    assert await find(client, text) == {}


@pytest.mark.parametrize(
    "text", ["030 901820", "+49 30 901820", "0049 (30) 901-820", "30901820", "+4930901820"]
)
async def test_a_telephone_number_is_found_in_any_form(client, people, text):
    assert await find(client, text) == {"c": ["phone"]}


@pytest.mark.parametrize(
    ("sent", "country", "kept"),
    [
        ("030 901820", "DE", "+4930901820"),
        ("0049 30 901820", None, "+4930901820"),
        ("+1 (212) 555-0123", "DE", "+12125550123"),
        ("030 901820", None, "030 901820"),
        ("ask reception", "DE", "ask reception"),
        ("110", "DE", "110"),
        ("", "DE", ""),
    ],
)
def test_a_telephone_number_is_kept_in_one_form(sent, country, kept):
    assert to_e164(sent, country) == kept


async def test_a_number_that_is_sent_again_in_another_form_changes_nothing(client, people):
    first = await enrol(client, external_id="c", phone="+49 30 901820")
    again = await client.patch(f"/v1/members/{first['id']}", json={"phone": "030/901820"})

    assert first["phone"] == again.json()["phone"] == "+4930901820"
    assert first["updated_at"] == again.json()["updated_at"]


async def test_a_country_that_there_is_not_is_refused(client):
    answer = await client.patch("/v1/settings/members", json={"country": "XX"})

    assert answer.status_code == 422
    assert answer.json()["errors"][0]["field"] == "country"


async def test_what_is_theirs_leads_to_its_member(client, people):
    bought = await client.post(
        "/v1/purchases",
        json={
            "amount": "10.00",
            "currency": "USD",
            "member": "b",
            "source": "till",
            "external_id": "1001",
        },
    )
    purchase = bought.json()
    refund = (await client.post(f"/v1/purchases/{purchase['id']}/refunds", json={})).json()
    done = (await client.post("/v1/activities", json={"kind": "review", "member": "b"})).json()
    wallet = (await client.get(f"/v1/members/{purchase['member_id']}/wallets")).json()["data"][0]
    moved = await client.post(f"/v1/wallets/{wallet['id']}/credit", json={"points": 5})
    assert moved.status_code == 201, moved.text

    assert await find(client, purchase["member_id"]) == {"b": ["id"]}
    assert await find(client, "#1001") == {"b": ["purchase"]}
    for theirs, what in (
        (purchase["id"], "purchase"),
        (refund["id"], "purchase"),
        (done["id"], "activity"),
        (moved.json()["transaction"]["id"], "transaction"),
    ):
        assert await find(client, theirs) == {"b": [what]}


async def test_who_may_not_read_purchases_is_led_nowhere_by_them(client, people):
    await client.post(
        "/v1/purchases",
        json={"amount": "1.00", "currency": "USD", "member": "b", "external_id": "1001"},
    )
    key = await client.post("/v1/api-keys", json={"name": "m", "scopes": ["members:read"]})
    bearer = {"Authorization": f"Bearer {key.json()['api_key']}"}

    answer = await client.get("/v1/members", params={"search": "1001"}, headers=bearer)

    assert answer.json()["data"] == []


@pytest.mark.parametrize(
    ("one", "other", "count"),
    [("abc", "abc", 0), ("abc", "acb", 1), ("abc", "abz", 1), ("abc", "ab", 1), ("ab", "xy", 2)],
)
def test_typos_are_counted(one, other, count):
    assert typos(one, other, 2) == count
    assert typos(one + "123456", other, 2) == 3


async def test_a_similar_e_mail_goes_by_the_index(house, owner_url):
    async with house.work() as work:
        await work.fetch(
            "insert into laurels.members (tenant_id, id, external_id, email, enrolled_at)"
            " select $1, id, 'n-' || n, 'person' || n || '@example.com', now()"
            " from unnest($2::uuid[]) with ordinality as x (id, n)",
            work.tenant_id, sorted(new_id() for _ in range(3000)),
        )  # fmt: skip
    owner = await asyncpg.connect(owner_url)
    await owner.execute("vacuum analyze laurels.members")
    await owner.close()
    scans = "select pg_stat_get_xact_numscans('laurels.ix_members_search'::regclass)"
    async with house.work() as work:
        await work.fetch("set local enable_seqscan = off")
        before = (await work.fetchrow(scans))[0]
        found = await work.fetch(
            "select * from laurels.similar_emails('persn17', 'persn17@example.com', 5)"
        )
        after = (await work.fetchrow(scans))[0]

    assert found[0]["email"] == "person17@example.com"
    assert after - before == 1
