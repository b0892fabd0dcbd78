"""Statements of a period, and lists of what is held and owed: what a ledger's page shows."""

import csv
import io
from datetime import timedelta

import asyncpg
import pytest

from laurels.kit.values.ids import encode
from laurels.ledger import Credit, credit
from tests.support.make import NOON


@pytest.fixture
async def wallet(house):
    """A wallet with a movement on each of three days; the first is booked last."""
    member = await house.member()
    for day, points, reason in ((2, 30, "third"), (1, 20, "=second"), (0, 10, "first")):
        async with house.work() as work:
            await credit(
                work,
                Credit(
                    member_id=member,
                    points=points,
                    type="adjusted",
                    reason=reason,
                    occurred_at=NOON - timedelta(days=3 - day),
                ),
            )
    return (await house.wallet_id(member)), member


async def statement_of(client, wallet, **asked):
    answer = await client.get(
        f"/v1/wallets/{encode('wallet', wallet[0])}/statement",
        params={name: value.isoformat() for name, value in asked.items()},
    )
    assert answer.status_code == 200, answer.text
    return answer.json()


async def test_a_period_lies_between_its_balances(client, wallet):
    first, second = NOON - timedelta(days=2, hours=1), NOON - timedelta(days=1, hours=1)

    before = await statement_of(client, wallet, until=first)
    inside = await statement_of(client, wallet, since=first, until=second)
    after = await statement_of(client, wallet, since=second)

    assert [(s["opening_balance"], s["closing_balance"]) for s in (before, inside, after)] == [
        (0, 10),
        (10, 30),
        (30, 60),
    ]
    assert [move["balance"] for move in inside["movements"]] == [30]
    assert (inside["points_in"], inside["points_out"], inside["count"]) == (20, 0, 1)
    assert (inside["opening_debt"], inside["closing_debt"], inside["left_out"]) == (0, 0, 0)


async def test_all_of_it_ends_with_the_balance(client, house, wallet):
    path = f"/v1/wallets/{encode('wallet', wallet[0])}"
    assert (await client.post(f"{path}/debit", json={"points": 25})).status_code == 201

    whole = await statement_of(client, wallet)

    assert whole["closing_balance"] == (await client.get(path)).json()["balance"] == 35
    assert (whole["points_in"], whole["points_out"]) == (60, 25)
    assert whole["movements"][-1]["balance"] == 35


async def test_a_spreadsheet_gets_the_same_and_no_formula(client, wallet):
    answer = await client.get(
        f"/v1/wallets/{encode('wallet', wallet[0])}/statement", params={"format": "csv"}
    )
    rows = list(csv.DictReader(io.StringIO(answer.text)))

    assert answer.headers["content-type"].startswith("text/csv")
    assert [row["balance"] for row in rows] == ["0", "10", "30", "60", "60"]
    assert [row["type"] for row in rows][:: len(rows) - 1] == ["opening", "closing"]
    assert rows[2]["reason"] == "'=second"


async def test_what_is_held_and_owed_is_listed(client, house):
    body = {"amount": "100.00", "currency": "USD", "member": "ann"}
    bought = (await client.post("/v1/purchases", json=body)).json()
    wallets = await client.get(f"/v1/members/{bought['member_id']}/wallets")
    wallet = wallets.json()["data"][0]["id"]
    kept = (await client.post(f"/v1/wallets/{wallet}/holds", json={"points": 5})).json()
    gone = (await client.post(f"/v1/wallets/{wallet}/holds", json={"points": 6})).json()
    await client.post(f"/v1/holds/{gone['id']}/release", json={})
    await client.post(f"/v1/wallets/{wallet}/debit", json={"points": 95})

    nobody = (await client.get("/v1/wallets", params={"in_debt": "true"})).json()["data"]
    await client.post(f"/v1/purchases/{bought['id']}/refunds", json={})

    holds = (await client.get("/v1/holds")).json()["data"]
    released = (await client.get("/v1/holds", params={"status": "released"})).json()["data"]
    owing = (await client.get("/v1/wallets", params={"in_debt": "true"})).json()["data"]
    assert [each["id"] for each in holds] == [kept["id"]]
    assert [each["id"] for each in released] == [gone["id"]]
    assert nobody == []
    assert [(each["id"], each["debt"] > 0) for each in owing] == [(wallet, True)]
    assert len((await client.get("/v1/wallets")).json()["data"]) == 1


@pytest.mark.parametrize(
    ("table", "having", "index"),
    [("holds", "status = 'open'", "ix_holds_open"), ("wallets", "debt > 0", "ix_wallets_debt")],
)
async def test_open_holds_and_debts_are_found_by_an_index(owner_url, table, having, index):
    owner = await asyncpg.connect(owner_url)
    try:
        await owner.execute("set enable_seqscan = off")
        plan = await owner.fetch(
            f"explain select * from laurels.{table} where tenant_id = gen_random_uuid()"
            f" and {having} order by id desc limit 20"
        )
    finally:
        await owner.close()

    assert any(index in row[0] for row in plan)
