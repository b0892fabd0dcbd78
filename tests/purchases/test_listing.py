"""Purchases are found by their amount, and pages of one member's are read by an index."""

import pytest

from laurels import purchases


async def bought(client, **more):
    body = {"member": "anna", "currency": "USD", **more}
    answer = await client.post("/v1/purchases", json=body)
    assert answer.is_success, answer.text
    return answer.json()


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ({"min_amount": "20"}, ["30.00", "20.00"]),
        ({"max_amount": "20.00"}, ["20.00", "10.00"]),
        ({"min_amount": "10.01", "max_amount": "29.99"}, ["20.00"]),
        ({"min_amount": "31"}, []),
    ],
)
async def test_purchases_are_found_by_their_amount(client, query, expected):
    for amount in ("10.00", "20.00", "30.00"):
        await bought(client, amount=amount)

    found = (await client.get("/v1/purchases", params=query)).json()["data"]

    assert [row["amount"] for row in found] == expected


async def test_what_is_no_amount_is_refused(client):
    answer = await client.get("/v1/purchases", params={"min_amount": "much"})

    assert answer.status_code == 422
    assert answer.json()["errors"][0]["field"] == "min_amount"


async def test_a_page_of_one_members_purchases_is_read_by_the_index(client, house):
    """With 100,000 of them, sorting them all would take as long as reading them all."""
    one = await bought(client, amount="1.00")
    async with house.work() as work:
        await work.raw.execute("set local enable_seqscan = off; set local enable_sort = off")
        plan = await work.fetch(
            f"explain {purchases.queries.SQL.purchases} and member_id = $2"
            " order by id desc limit 51",
            work.tenant_id,
            (await purchases.get_purchase(work, await first_of(work)))["member_id"],
        )
    text = "\n".join(row[0] for row in plan)

    assert one["id"]
    assert "ix_purchases_member" in text
    assert "Sort" not in text


async def first_of(work):
    (row,) = await work.fetch(
        "select id from laurels.purchases where tenant_id = $1", work.tenant_id
    )
    return row[0]
