"""Free facts of the tenant's on movements by hand and on holds: kept, told, exported, erased."""

import pytest

from laurels.kit.values.ids import encode

FACTS = {"ticket": "T-17", "tags": ["a", {"b": None}], "rate": "1.50", "till": 4}


@pytest.fixture
async def wallet(house):
    """The address of a wallet with a hundred points, and its member."""
    member = await house.member(balance=100)
    return f"/v1/wallets/{encode('wallet', await house.wallet_id(member))}", member


async def done(client, path, **body):
    """What a write answers, which went well."""
    answer = await client.post(path, json=body)
    assert answer.status_code in {200, 201}, answer.text
    return answer.json()


async def test_movements_by_hand_keep_them(client, wallet):
    path, member = wallet
    credit = await done(client, f"{path}/credit", points=5, attributes=FACTS)
    debit = await done(client, f"{path}/debit", points=2, attributes={"why": "x"})
    back = await done(
        client, f"/v1/transactions/{debit['transaction']['id']}/reverse", attributes={"undo": True}
    )
    plain = await done(client, f"{path}/credit", points=1)
    bulk = {"type": "credit", "wallet_id": path.rpartition("/")[2], "points": 3}
    (booked,) = (
        await done(client, "/v1/movements/bulk", items=[bulk | {"attributes": {"bulk": 1}}])
    )["data"]

    wanted = [{"bulk": 1}, {}, {"undo": True}, {"why": "x"}, FACTS, {}]
    answers = [each["transaction"] for each in (plain, back, debit, credit)]
    listed = await client.get(f"/v1/members/{encode('member', member)}/transactions")
    read = await client.get(f"/v1/transactions/{credit['transaction']['id']}")

    assert booked["result"]["transaction"]["attributes"] == {"bulk": 1}
    assert [each["attributes"] for each in answers] == wanted[1:5]
    assert [row["attributes"] for row in listed.json()["data"]] == wanted
    assert read.json()["attributes"] == FACTS


async def test_a_repeat_is_told_what_was_said_first(client, wallet):
    path, _ = wallet
    said = {"points": 5, "external_id": "n-1"}
    first = await done(client, f"{path}/credit", **said, attributes=FACTS)
    again = await done(client, f"{path}/credit", **said)

    assert again["transaction"] == first["transaction"]
    assert again["transaction"]["attributes"] == FACTS


async def test_a_hold_keeps_them_to_its_end(client, wallet):
    path, _ = wallet
    hold = await done(client, f"{path}/holds", points=5, attributes=FACTS)
    captured = await done(client, f"/v1/holds/{hold['id']}/capture", points=2)
    plain = await done(client, f"{path}/holds", points=1)

    assert [hold["attributes"], captured["attributes"], plain["attributes"]] == [FACTS, FACTS, {}]
    assert (await client.get(f"/v1/holds/{hold['id']}")).json()["attributes"] == FACTS


async def test_they_are_exported_and_go_with_the_person(client, wallet):
    path, member = wallet
    credit = await done(client, f"{path}/credit", points=5, attributes={"said": "green"})
    hold = await done(client, f"{path}/holds", points=5, attributes={"said": "yellow"})
    person = f"/v1/members/{encode('member', member)}"
    exported = (await client.get(f"{person}/export")).text
    assert "green" in exported
    assert "yellow" in exported

    await done(client, f"{person}/erase")

    for found in (f"/v1/transactions/{credit['transaction']['id']}", f"/v1/holds/{hold['id']}"):
        assert (await client.get(found)).json()["attributes"] == {}


@pytest.mark.parametrize(
    "attributes",
    [[], {str(n): n for n in range(51)}, {"a": 2**60}, {"a": [[[[[1]]]]]}, {"a": "\x07"}],
)
@pytest.mark.parametrize("operation", ["credit", "debit", "holds"])
async def test_their_bounds_are_those_of_all_attributes(client, wallet, operation, attributes):
    refused = await client.post(
        f"{wallet[0]}/{operation}", json={"points": 1, "attributes": attributes}
    )

    assert refused.status_code == 422
    assert refused.json()["errors"][0]["field"].startswith("attributes")
