"""A movement by hand has two texts: the reason is for staff, the note for the member."""

import pytest

from laurels.kit.values.ids import encode


@pytest.fixture
async def wallet(client, house):
    """The wallet of a member with 100 points."""
    member = await house.member(balance=100)
    wallets = await client.get(f"/v1/members/{encode('member', member)}/wallets")
    return wallets.json()["data"][0]


@pytest.mark.parametrize("way", ["credit", "debit", "penalty"])
async def test_words_for_the_member_stand_beside_the_reason(client, wallet, way):
    texts = {"reason": "Ticket 17", "member_note": "Sorry for the wait!"}
    moved = await client.post(f"/v1/wallets/{wallet['id']}/{way}", json={"points": 5, **texts})
    transaction = moved.json()["transaction"]
    read = (await client.get(f"/v1/transactions/{transaction['id']}")).json()
    statement = (await client.get(f"/v1/wallets/{wallet['id']}/statement")).json()
    line = next(line for line in statement["movements"] if line["id"] == transaction["id"])
    exported = (await client.get(f"/v1/members/{wallet['member_id']}/export")).json()["data"]
    row = next(row for row in exported["transactions"] if row["id"] == transaction["id"])
    log = (await client.get("/v1/audit-log", params={"target_id": wallet["id"]})).json()["data"]

    for found in (transaction, read, line, row, log[0]["after"]):
        assert {name: found[name] for name in texts} == texts


async def test_a_note_is_optional_and_goes_with_the_person(client, wallet):
    path = f"/v1/wallets/{wallet['id']}/credit"
    bare = (await client.post(path, json={"points": 1})).json()["transaction"]
    noted = (await client.post(path, json={"points": 1, "member_note": "Dear Zebulon"})).json()
    await client.post(f"/v1/members/{wallet['member_id']}/erase")
    after = await client.get(f"/v1/transactions/{noted['transaction']['id']}")

    assert bare["member_note"] is None
    assert after.json()["member_note"] is None


async def test_a_cell_of_a_note_is_no_formula(client, wallet):
    await client.post(
        f"/v1/wallets/{wallet['id']}/credit", json={"points": 1, "member_note": "=1+1"}
    )
    answer = await client.get(f"/v1/wallets/{wallet['id']}/statement?format=csv")

    assert answer.text.splitlines()[0].endswith("reason,member_note")
    assert "'=1+1" in answer.text
