"""Free facts of the tenant's on refunds: kept, listed, exported, erased."""

FACTS = {"till": 4, "tags": ["a", {"b": None}], "rate": "1.50", "said": "green"}
BOUGHT = {"amount": "12.00", "currency": "USD", "member": "anna"}


async def test_a_refund_keeps_them_and_they_go_with_the_person(client):
    bought = (await client.post("/v1/purchases", json=BOUGHT)).json()
    path = f"/v1/purchases/{bought['id']}"
    for body in ({"amount": "2.00", "attributes": FACTS}, {"amount": "1.00"}):
        made = await client.post(f"{path}/refunds", json=body)
        assert made.status_code == 201, made.text
    refused = await client.post(f"{path}/refunds", json={"attributes": {"a": [[[[[1]]]]]}})

    first, second = (await client.get(path)).json()["refunds"]
    listed = (await client.get("/v1/refunds")).json()["data"]
    person = f"/v1/members/{bought['member_id']}"
    exported = (await client.get(f"{person}/export")).text
    erased = await client.post(f"{person}/erase")
    found = (await client.get(f"/v1/refunds/{first['id']}")).json()

    assert (refused.status_code, erased.status_code) == (422, 200)
    assert (first["attributes"], second["attributes"]) == (FACTS, {})
    assert [row["attributes"] for row in listed] == [{}, FACTS]
    assert "green" in exported
    assert found["attributes"] == {}
