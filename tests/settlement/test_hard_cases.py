"""Cases that once went wrong: batches over programs, races with SQL, limits, strangers."""

import asyncio
from decimal import Decimal

import asyncpg
import pytest

from laurels import earning, ledger, settlement
from laurels.kit.errors import AppError
from laurels.purchases import NewPurchase, NewRefund
from tests.support.waiting import until_somebody_waits_for


def bought(member, amount="10.00", **more):
    """A purchase as it is reported."""
    return NewPurchase(amount=Decimal(amount), currency="USD", member=member, **more)


async def test_a_batch_opens_wallets_of_two_programs_member_by_member(house):
    second = await house.program(default=False)
    both, one = await house.member(), await house.member()
    async with house.work() as work:
        await ledger.credit(work, ledger.Credit(member_id=both, program_id=second, points=1))

    async with house.work() as work:
        outcomes = await ledger.post(
            work,
            [
                ledger.Credit(member_id=both, points=1),
                ledger.Credit(member_id=one, points=1),
                ledger.Credit(member_id=one, program_id=second, points=1),
            ],
        )

    assert [type(outcome).__name__ for outcome in outcomes] == ["Posted"] * 3


async def test_a_refund_that_meets_a_completion_by_sql_gives_no_free_points(house, owner_url):
    member = await house.member()
    async with house.work() as work:
        (pending,) = await settlement.settle(
            work, [bought(None, "12.50", member_id=member, status="pending")]
        )
    owner = await asyncpg.connect(owner_url)
    completing = owner.transaction()
    await completing.start()
    await owner.execute(
        "update laurels.purchases set status = 'completed', completed_at = now() where id = $1",
        pending.purchase_id,
    )

    async def refund():
        async with house.work() as work:
            return await settlement.refund(work, [NewRefund(purchase_id=pending.purchase_id)])

    waiting = asyncio.create_task(refund())
    await until_somebody_waits_for(owner)
    await completing.commit()
    await owner.close()
    (refunded,) = await waiting
    async with house.work() as work:
        await settlement.settle_waiting(work)

    assert refunded.points == -12
    assert (await house.balance(member))["available"] == 0


async def test_one_full_wallet_does_not_take_its_neighbours_down(house):
    await house.member(external_id="full", balance=2**53 - 6)

    async with house.work() as work:
        full, other = await settlement.settle(work, [bought("full"), bought("other")])
        award = await earning.find_award(work, "purchase.completed", full.purchase_id)

    assert (full.points, other.points) == (0, 10)
    assert "over_limit" in award["explanation"]


async def test_the_largest_amounts_of_one_member_add_up(house):
    most = "999999999999999"
    async with house.work() as work:
        outcomes = await settlement.settle(work, [bought("rich", most), bought("rich", most)])

    assert [outcome.points for outcome in outcomes] == [int(most)] * 2


async def test_a_refused_purchase_enrols_nobody(house):
    async with house.work() as work:
        await settlement.settle(work, [bought("anna", external_id="o-1")])

    async with house.work() as work:
        (refused,) = await settlement.settle(work, [bought("stranger", external_id="o-1")])

    assert isinstance(refused, AppError)
    async with house.work() as work:
        assert not await work.fetch(
            "select 1 from laurels.members where tenant_id = $1 and external_id = 'stranger'",
            work.tenant_id,
        )


async def test_a_repeat_that_wants_another_end_is_refused(house):
    async with house.work() as work:
        await settlement.settle(work, [bought("anna", external_id="o-1")])
        (repeat,) = await settlement.settle(
            work, [bought("anna", external_id="o-1", status="cancelled")]
        )

    assert isinstance(repeat, AppError)
    assert repeat.code == "purchase_not_pending"


async def test_a_savepoint_within_a_savepoint_undoes_its_own_part_only(house):
    async with house.work() as work:
        with pytest.raises(ZeroDivisionError):
            async with work.savepoint():
                await ledger.create_program(work, name="outer")
                with pytest.raises(asyncpg.DivisionByZeroError):
                    async with work.savepoint():
                        await work.fetch("select 1 / 0")
                raise ZeroDivisionError

    async with house.work() as work:
        names = await work.fetch(
            "select name from laurels.programs where tenant_id = $1", work.tenant_id
        )
    assert [row[0] for row in names] == ["Points"]


async def test_a_number_that_unfolds_to_megabytes_is_refused(client):
    answer = await client.post(
        "/v1/purchases",
        content=b'{"amount": "1", "currency": "USD", "attributes": {"a": 1e30000000}}',
        headers={"content-type": "application/json"},
    )

    assert answer.status_code == 422
    assert answer.json()["errors"][0]["field"] == "attributes"


async def test_settings_changed_by_many_at_once_are_versions_in_a_row(client):
    answers = await asyncio.gather(
        *(
            client.patch("/v1/settings/tiers", json={"notice_days": number + 1})
            for number in range(6)
        )
    )

    assert {answer.status_code for answer in answers} == {200}
    history = (await client.get("/v1/settings/tiers/history")).json()["data"]
    assert [row["version"] for row in history] == [6, 5, 4, 3, 2, 1]


async def test_a_rule_replaced_by_many_at_once_has_versions_in_a_row(client):
    rules = (await client.get("/v1/earning-rules")).json()["data"]
    body = {
        "name": "Other",
        "trigger": "purchase.completed",
        "award": {"type": "fixed", "points": 1},
    }

    answers = await asyncio.gather(
        *(client.put(f"/v1/earning-rules/{rules[0]['id']}", json=body) for _ in range(6))
    )

    assert sorted(answer.json()["version"] for answer in answers) == [2, 3, 4, 5, 6, 7]
