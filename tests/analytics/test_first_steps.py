"""What a new tenant does first: derived from what is there, and dismissed by a setting."""

import httpx

from laurels import auth
from laurels.analytics import first_steps
from tests.support.application import application
from tests.support.make import make_tenant
from tests.support.people import invited


async def steps(client):
    """Read what is done, by name."""
    answer = await client.get("/v1/analytics/first-steps")
    assert answer.status_code == 200, answer.text
    return {step["name"]: step["done"] for step in answer.json()["steps"]}


async def test_each_step_is_done_when_the_books_have_it(house, client):
    before = await steps(client)
    await client.patch("/v1/tenant", json={"name": "Café Règles"})
    await client.patch("/v1/settings/branding", json={"brand_color": "#ff0080"})
    bought = {"amount": "5.00", "currency": "USD", "member": "anna"}
    assert (await client.post("/v1/purchases", json=bought)).status_code == 201
    reward = {"name": "Coffee", "type": "custom", "cost_points": 5}
    assert (await client.post("/v1/rewards", json=reward)).status_code == 201
    await invited(house, "owner")
    one = await steps(client)
    await invited(house, "cashier")

    assert before == {
        "name": False, "brand": False, "rule": True, "reward": False, "staff": False,
        "member": False, "purchase": False,
    }  # fmt: skip
    assert [name for name, done in one.items() if not done] == ["staff"]
    assert all((await steps(client)).values())


async def test_a_shop_has_steps_of_its_own_and_a_key_that_was_used_is_one(database):
    shop = await make_tenant(database, preset="shopify")
    async with shop.work() as work:
        before = await first_steps(work)
        key = (await auth.create_key(work, name="shop", test=False)).key
    transport = httpx.ASGITransport(app=application(database))
    async with httpx.AsyncClient(
        transport=transport, base_url="http://laurels.test",
        headers={"Authorization": f"Bearer {key}"},
    ) as client:  # fmt: skip
        await client.get("/v1/tenant")
    async with shop.work() as work:
        after = await first_steps(work)

    assert [step.name for step in before.steps][4:6] == ["integration", "import"]
    assert not any(step.done for step in before.steps if step.name != "rule")
    assert [step.name for step in after.steps if step.done][-1] == "integration"


async def test_who_has_seen_enough_switches_them_off(client):
    await client.patch("/v1/settings/console", json={"first_steps": False})

    assert (await client.get("/v1/analytics/first-steps")).json()["shown"] is False
