"""What the ledger hands out the id of can be fetched, and the holds of a wallet listed."""

from datetime import timedelta

import pytest

from laurels.kit.values.ids import encode

NOBODY = "01h455vb4pex5vsknk084sn02q"


@pytest.fixture
async def wallet(client, house):
    """The wallet of a member with 100 points, as the API tells it."""
    member = await house.member(balance=100)
    wallets = await client.get(f"/v1/members/{encode('member', member)}/wallets")
    return wallets.json()["data"][0]


async def test_a_transaction_that_was_named_can_be_read(client, wallet):
    moved = (await client.post(f"/v1/wallets/{wallet['id']}/debit", json={"points": 5})).json()

    found = await client.get(f"/v1/transactions/{moved['transaction']['id']}")

    assert found.json() == moved["transaction"]


async def test_holds_of_a_wallet_are_listed_newest_first_and_by_status(client, wallet):
    path = f"/v1/wallets/{wallet['id']}/holds"
    first, second, third = [
        (await client.post(path, json={"points": points})).json() for points in (1, 2, 3)
    ]
    await client.post(f"/v1/holds/{second['id']}/release")

    page = (await client.get(path, params={"limit": 2})).json()
    rest = (await client.get(path, params={"cursor": page["next_cursor"]})).json()
    still = (await client.get(path, params={"status": "open"})).json()

    assert [each["id"] for each in page["data"]] == [third["id"], second["id"]]
    assert (rest["data"], rest["has_more"]) == ([first], False)
    assert [each["points"] for each in still["data"]] == [3, 1]


@pytest.mark.parametrize(
    ("path", "code"),
    [
        (f"transactions/txn_{NOBODY}", "transaction_not_found"),
        (f"wallets/wal_{NOBODY}/holds", "wallet_not_found"),
        (f"holds/hld_{NOBODY}", "hold_not_found"),
    ],
)
async def test_what_is_not_there_is_404(client, path, code):
    answer = await client.get(f"/v1/{path}")

    assert (answer.status_code, answer.json()["code"]) == (404, code)


async def test_another_tenants_transaction_and_holds_are_not_there(client, database):
    from tests.support.make import make_tenant

    stranger = await make_tenant(database)
    member = await stranger.member(balance=10)
    async with stranger.work() as work:
        row = await work.fetchrow(
            "select id, wallet_id from laurels.point_transactions where tenant_id = $1"
            " and wallet_id in (select id from laurels.wallets where member_id = $2)",
            work.tenant_id, member,
        )  # fmt: skip
    assert row is not None

    found = await client.get(f"/v1/transactions/{encode('transaction', row['id'])}")
    holds = await client.get(f"/v1/wallets/{encode('wallet', row['wallet_id'])}/holds")

    assert (found.status_code, holds.status_code) == (404, 404)


async def test_lots_come_in_pages_in_the_order_in_which_they_are_consumed(client, house):
    member = await house.member(balance=7)
    path = f"/v1/wallets/{encode('wallet', await house.wallet_id(member))}"
    for days in (30, 10, 10, 20):
        at = (house.now + timedelta(days=3000 + days)).isoformat()
        body = {"points": days, "expires_at": at}
        made = await client.post(f"{path}/credit", json=body)
        assert made.status_code == 201, made.text
    everything = (await client.get(f"{path}/lots")).json()["data"]

    found, cursor = [], None
    while True:
        params = {"limit": 2} if cursor is None else {"limit": 2, "cursor": cursor}
        page = (await client.get(f"{path}/lots", params=params)).json()
        found += page["data"]
        if not page["has_more"]:
            break
        cursor = page["next_cursor"]

    assert found == everything
    assert [each["initial"] for each in found] == [10, 10, 20, 30]
    assert page["next_cursor"] is None
