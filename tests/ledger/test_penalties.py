"""Penalties: they take at most what is there, say why, and can be taken back."""

import asyncio

import pytest

from laurels import ledger
from laurels.kit.values.ids import encode
from tests.ledger.books import find_flaws
from tests.ledger.operations import figures, move

FAKED = {"points": 80, "reason": "Steps were faked"}


@pytest.fixture
async def wallet(client, house):
    """The wallet of a member with 50 points, as the API tells it."""
    member = await house.member(balance=50)
    wallets = await client.get(f"/v1/members/{encode('member', member)}/wallets")
    return wallets.json()["data"][0]


async def penalize(client, wallet, status=201, **body):
    answer = await client.post(f"/v1/wallets/{wallet['id']}/penalty", json={**FAKED, **body})
    assert answer.status_code == status, answer.text
    return answer.json()


async def read(client, wallet):
    return (await client.get(f"/v1/wallets/{wallet['id']}")).json()


async def test_a_penalty_of_80_on_50_takes_50(client, house, wallet):
    taken = await penalize(client, wallet)

    row = taken["transaction"]
    assert (row["type"], row["source"], row["points"], row["debt_delta"]) == (
        "penalty", "manual", -50, 0,
    )  # fmt: skip
    assert row["reason"] == FAKED["reason"]
    assert (taken["wallet"]["available"], taken["wallet"]["debt"]) == (0, 0)
    async with house.work() as work:
        assert await ledger.find_faults(work) == []
        events = await work.fetch(
            "select payload->>'type' from laurels.outbox where tenant_id = $1"
            " and type = 'points.debited'",
            work.tenant_id,
        )
        notes = await work.fetch(
            "select after from laurels.audit_log where tenant_id = $1"
            " and action = 'ledger.penalized'",
            work.tenant_id,
        )
    assert [each[0] for each in events] == ["penalty"]
    assert len(notes) == 1


async def test_a_penalty_says_why(client, wallet):
    path = f"/v1/wallets/{wallet['id']}/penalty"
    without = await client.post(path, json={"points": 10})
    item = {"type": "penalty", "wallet_id": wallet["id"], "points": 10}
    bulk = (await client.post("/v1/movements/bulk", json={"items": [item]})).json()

    assert without.status_code == 422
    assert [each["field"] for each in without.json()["errors"]] == ["reason"]
    assert "needs a `reason`" in str(bulk)
    assert (await read(client, wallet))["available"] == 50


async def test_nothing_there_is_nothing_taken(client, wallet):
    await penalize(client, wallet)

    again = await penalize(client, wallet)

    assert again["transaction"] is None


async def test_penalties_in_bulk_beside_credits(client, wallet):
    items = [
        {"type": "penalty", "wallet_id": wallet["id"], **FAKED},
        {"type": "credit", "wallet_id": wallet["id"], "points": 5},
        {"type": "penalty", "wallet_id": wallet["id"], "points": 3, "reason": "Late"},
    ]

    answer = (await client.post("/v1/movements/bulk", json={"items": items})).json()

    assert [each["result"]["transaction"]["points"] for each in answer["data"]] == [-50, 5, -3]


async def test_a_repeat_is_a_repeat_although_less_was_there(client, wallet):
    first = await penalize(client, wallet, external_id="val-1")
    await client.post(f"/v1/wallets/{wallet['id']}/credit", json={"points": 100})

    again = await penalize(client, wallet, external_id="val-1")
    other = await penalize(client, wallet, status=409, external_id="val-1", points=40)

    assert again["transaction"] == first["transaction"]
    assert other["code"] == "posting_key_taken"
    assert (await read(client, wallet))["available"] == 100


async def test_a_dry_run_tells_what_is_booked(client, wallet):
    path = f"/v1/wallets/{wallet['id']}/penalty"

    planned = (await client.post(path, params={"dry_run": "true"}, json=FAKED)).json()
    assert (await read(client, wallet))["available"] == 50
    done = await penalize(client, wallet)

    assert planned["answer"]["transaction"]["points"] == done["transaction"]["points"] == -50
    assert [each["points"] for each in planned["transactions"]] == [-50]


async def test_a_penalty_is_taken_back_once(client, wallet):
    taken = (await penalize(client, wallet))["transaction"]
    path = f"/v1/transactions/{taken['id']}/reverse"

    back = (await client.post(path, json={"reason": "The steps were real"})).json()
    again = (await client.post(path, json={})).json()

    assert back["transaction"]["points"] == 50
    assert again["transaction"] is None
    assert (await read(client, wallet))["available"] == 50


async def test_a_blocked_member_can_be_penalized_and_an_archived_one_not(client, house):
    member = encode("member", await house.member(balance=50))
    wallet = (await client.get(f"/v1/members/{member}/wallets")).json()["data"][0]
    await client.post(f"/v1/members/{member}/block", json={"reason": "Fraud"})
    taken = await penalize(client, wallet, points=20, source="steps", external_id="rec-1")
    assert taken["wallet"]["available"] == 30

    await client.post(f"/v1/members/{member}/unblock", json={})
    await client.delete(f"/v1/members/{member}")
    refused = await penalize(client, wallet, status=409, points=20)

    assert refused["code"] == "wallet_closed"


async def test_many_penalties_at_once_never_take_more_than_there_is(house):
    member = await house.member(balance=100)

    def penalty(points):
        return ledger.Debit(
            member_id=member, points=points, type="penalty", shortfall="forgive", reason="Faked"
        )

    async def alone(movement):
        return await move(house, movement)

    done = await asyncio.gather(
        *(alone(penalty(30)) for _ in range(6)),
        *(alone(ledger.Credit(member_id=member, points=10)) for _ in range(3)),
    )

    taken = sum(-each.transaction.points for each in done[:6] if each.transaction)
    balance = await house.balance(member)
    assert balance["available"] == 130 - taken
    assert (balance["debt"], taken <= 130) == (0, True)
    async with house.work() as work:
        assert await ledger.find_faults(work) == []


def test_pending_points_are_taken_last_and_come_back_pending(open_books):
    books = open_books(maturity=14)
    books.earn(30)
    books.later(days=20)
    books.earn(50)
    taken = books.spend(60, type="penalty", shortfall="forgive")
    assert books.figures == (0, 20, 0, 0)

    books.take_back(taken)

    assert books.figures == (30, 50, 0, 0)
    books.later(days=20)
    books.settle()
    assert books.figures == (80, 0, 0, 0)
    assert find_flaws(books) == []


def test_pending_points_that_ripened_meanwhile_come_back_to_be_spent(open_books):
    books = open_books(maturity=14)
    books.earn(50)
    taken = books.spend(60, type="penalty", shortfall="forgive")
    assert books.figures == (0, 0, 0, 0)
    books.later(days=20)

    books.take_back(taken)

    assert books.figures == (50, 0, 0, 0)
    assert find_flaws(books) == []


async def test_pending_points_come_back_pending_to_whom_they_were_merged_into(client, house):
    await house.program(maturity_days=14)
    anna, bert = await house.member(), await house.member()
    posted = await move(house, ledger.Credit(member_id=bert, points=50))
    penalty = await move(
        house,
        ledger.Debit(member_id=bert, points=80, type="penalty", shortfall="forgive"),
    )
    assert posted.balance.pending == -penalty.transaction.points == 50
    merged = await client.post(
        f"/v1/members/{encode('member', anna)}/merge", json={"from": encode("member", bert)}
    )
    assert merged.status_code == 200, merged.text

    await move(house, ledger.Reversal(transaction_id=penalty.transaction.id))

    assert await house.balance(anna) == figures(pending=50)
    house.later(days=20)
    async with house.work() as work:
        await ledger.apply_due_lots(work)
        assert await ledger.find_faults(work) == []
    assert await house.balance(anna) == figures(available=50)
