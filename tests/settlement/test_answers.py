"""The answer to a purchase is rendered by hand; it is what the schema would have rendered."""

import httpx
import pytest

from laurels.settlement.schemas import PurchaseOut

LINE = {"sku": "A-1", "name": "Shoe", "category": "shoes", "quantity": 2, "unit_price": "12.34"}

PURCHASES = {
    "of a member": {"amount": "129.99", "member": "anna", "external_id": "1"},
    "of a guest": {"amount": "5"},
    "of nothing": {"amount": "0.00", "member": "anna"},
    "of much": {"amount": "99999999.9", "member": "anna"},
    "with everything": {
        "amount": "25.2", "member": "ünï-cødé 🎁", "source": "shop", "channel": "online",
        "payment_method": "card", "note": 'a "note"\n of two lines', "external_id": "2",
        "occurred_at": "2025-03-01T12:00:00+02:00",
        "attributes": {"gift": True, "weight": 1.25, "tags": ["a", None], "of": {"x": 1}},
        "lines": [LINE, {"unit_price": "1", "amount": "0.5", "attributes": {"size": "L"}}],
        "tax_amount": "4.2",
    },
    "whose lines say their tax": {
        "amount": "1.00", "lines": [{"unit_price": "1", "tax_amount": "0.160"}], "tax_amount": "0",
    },
    "with a fraction of a second": {"amount": "1", "occurred_at": "2025-03-01T12:00:00.120Z"},
    "that is pending": {"amount": "10.00", "member": "anna", "status": "pending"},
}  # fmt: skip


@pytest.mark.parametrize("content", PURCHASES.values(), ids=PURCHASES.keys())
async def test_the_answer_is_what_its_schema_renders(
    client: httpx.AsyncClient, content: dict[str, object]
) -> None:
    answer = await client.post("/v1/purchases", json={"currency": "USD", **content})

    assert answer.status_code == 201, answer.text
    view = PurchaseOut.model_validate_json(answer.content)
    assert view.__pydantic_serializer__.to_json(view) == answer.content


async def test_a_purchase_is_read_as_it_was_answered(client: httpx.AsyncClient) -> None:
    content = {"currency": "USD", **PURCHASES["with everything"]}

    written = (await client.post("/v1/purchases", json=content)).json()

    assert (await client.get(f"/v1/purchases/{written['id']}")).json() == written
