"""What is judged and drafted before it is recorded is what is booked and answered in the end."""

import asyncio
from decimal import Decimal

import pytest

from laurels import purchases, settlement
from laurels.kit import ids
from laurels.kit.work import Work

BASE = {"member": "anna", "amount": "10.00", "currency": "USD"}


@pytest.fixture
def asked(monkeypatch):
    """The statements that are sent through `Work.fetch`, and what went along with them."""
    seen = []
    true_fetch = Work.fetch

    async def noted(self, sql, *arguments, along=None, meanwhile=None):
        seen.append((sql.partition("(")[0], along is not None, meanwhile is not None))
        return await true_fetch(self, sql, *arguments, along=along, meanwhile=meanwhile)

    monkeypatch.setattr(Work, "fetch", noted)
    return seen


def recording(asked):
    """How purchases were recorded: what went along, and whether something was done meanwhile."""
    return [how for sql, *how in asked if sql.endswith("record_purchases")]


async def buy(client, **more):
    answer = await client.post("/v1/purchases", json=BASE | more)
    assert answer.status_code in {200, 201}, answer.text
    return answer.json()


async def make_rule(client, **more):
    rule = {
        "name": "Rule", "trigger": "purchase.completed", "award": {"type": "fixed", "points": 7},
        **more,
    }  # fmt: skip
    answer = await client.post("/v1/earning-rules", json=rule)
    assert answer.status_code == 201, answer.text


async def booked_ids(house, purchase):
    """The ids of the transactions of a purchase, as the ledger has them."""
    async with house.work() as work:
        rows = await work.fetch(
            "select id from laurels.point_transactions where tenant_id = $1 and source_id = $2"
            " order by id",
            work.tenant_id, purchase["id"],
        )  # fmt: skip
    return [ids.encode("transaction", row[0]) for row in rows]


async def test_a_plain_rule_is_judged_while_purchases_are_written(client, house, asked):
    await buy(client)
    asked.clear()
    bought = await buy(client)

    assert recording(asked) == [[True, True]]
    assert not any(sql.endswith("lock_wallets") for sql, *_ in asked)
    told = [effect["transaction_id"] for effect in bought["award"]["effects"]]
    assert told == await booked_ids(house, bought) != []
    assert (await client.get(f"/v1/purchases/{bought['id']}")).json()["award"] == bought["award"]


async def test_the_ledger_has_the_last_word(client, house):
    await house.member(external_id="full", balance=2**53 - 6)

    answers = await asyncio.gather(*(buy(client, member=name) for name in ("full", "ann", "bob")))

    full, *others = answers
    assert (full["points"], full["award"]["effects"]) == (0, [])
    assert "over_limit" in full["award"]["explanation"]
    assert [other["points"] for other in others] == [10, 10]
    for bought in answers:
        kept = (await client.get(f"/v1/purchases/{bought['id']}")).json()
        assert kept["award"] == bought["award"]


async def test_a_repeat_locks_nothing_before_it_is_known(client, asked):
    first = await buy(client, external_id="o-1")
    asked.clear()
    again, new = await asyncio.gather(
        buy(client, external_id="o-1"), buy(client, member="bob", external_id="o-2")
    )

    assert again == first
    assert new["points"] == 10
    assert [sql for sql, *_ in asked if sql.endswith("lock_wallets")]


@pytest.mark.parametrize(
    "more",
    [
        {"caps": [{"period": "day", "points": 10}]},
        {"conditions": {"field": "member.purchases", "op": "gt", "value": 1}},
    ],
)
async def test_rules_that_ask_something_are_judged_afterwards(client, asked, more):
    await make_rule(client, **more)
    asked.clear()

    first, second = await buy(client), await buy(client)

    assert recording(asked) == [[False, False]] * 2
    assert {first["points"], second["points"]} in ({17, 13}, {10, 17})


async def test_points_of_another_program_are_locked_by_themselves(client, house, asked):
    program = await house.program(default=False)
    await make_rule(client, program_id=ids.encode("program", program))
    asked.clear()

    bought = await buy(client)

    assert recording(asked) == [[False, True]]
    assert bought["points"] == 17
    assert len(await booked_ids(house, bought)) == 2


async def test_one_member_many_times_in_a_batch(client, house):
    answers = await asyncio.gather(*(buy(client, external_id=f"o-{n}") for n in range(20)))

    async with house.work() as work:
        rows = await work.fetch(
            "select seq, balance_after from laurels.point_transactions where tenant_id = $1"
            " order by seq",
            work.tenant_id,
        )
    assert [answer["points"] for answer in answers] == [10] * 20
    assert [tuple(row) for row in rows] == [(n, 10 * n) for n in range(1, 21)]


async def test_nothing_is_foretold_of_what_is_refused(house):
    told = []
    good = purchases.NewPurchase(
        amount=Decimal(10), currency="USD", member="anna", external_id="o-1"
    )
    bad = purchases.NewPurchase(
        amount=Decimal(10), currency="EUR", member="anna", external_id="o-2"
    )
    guest = purchases.NewPurchase(amount=Decimal(10), currency="USD", external_id="o-3")
    pending = purchases.NewPurchase(
        amount=Decimal(10), currency="USD", member="bob", status="pending"
    )

    async with house.work() as work:
        outcomes = await settlement.settle(
            work, [bad, good, guest, pending], foretell=lambda item, _: told.append(item)
        )

    assert told == [good]
    assert [getattr(outcome, "points", None) for outcome in outcomes] == [None, 10, 0, 0]
