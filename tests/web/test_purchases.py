"""Purchases in the console: found, understood, refunded and completed."""

import itertools

from playwright.async_api import expect

from tests.support.browsing import check_accessibility, check_no_sideways_scroll

_keys = itertools.count()
WINE = {
    "name": "Wine weekend",
    "trigger": "purchase.completed",
    "conditions": {"field": "purchase.channel", "op": "eq", "value": "cellar"},
    "award": {"type": "fixed", "points": 500},
}
LINES = [
    {"name": "Riesling", "sku": "W-1", "quantity": "2", "unit_price": "30.00"},
    {"name": "Corkscrew", "sku": "C-1", "quantity": "1", "unit_price": "40.00"},
]


async def post(client, path, **body):
    """Send it and return the answer."""
    headers = {"Idempotency-Key": f"purchases-{next(_keys)}"}
    answer = await client.post(path, json=body, headers=headers)
    assert answer.is_success, answer.text
    return answer.json()


async def bought(client, **more):
    """Anna buys for $100, under the rule of every new tenant and one about the cellar."""
    await post(client, "/v1/earning-rules", **WINE)
    await post(client, "/v1/members", external_id="anna", first_name="Anna", last_name="Berg")
    body = {"member": "anna", "amount": "100.00", "currency": "USD", "lines": LINES} | more
    return await post(client, "/v1/purchases", **body)


async def test_a_purchase_is_found_and_says_what_it_earned_and_why(tab, client):
    purchase = await bought(client, external_id="B-1001")
    page = await tab.open("purchases")
    table = page.get_by_role("table")

    await expect(table).to_contain_text("Anna Berg")
    await expect(table).to_contain_text("B-1001")
    await expect(table).to_contain_text("100 points")
    await check_accessibility(page)
    await check_no_sideways_scroll(page)
    await tab.open(f"purchases/{purchase['id']}")
    await expect(page.get_by_role("heading", name="Purchase B-1001")).to_be_visible()
    await expect(page.get_by_role("link", name="One point per currency unit")).to_be_visible()
    await expect(page.get_by_text("+100 points")).to_be_visible()
    await expect(page.get_by_text("Condition not met")).to_be_visible()
    await expect(page.get_by_text("Riesling").first).to_be_visible()
    await tab.at_rest()
    await check_accessibility(page)
    await check_no_sideways_scroll(page)


async def test_an_article_is_refunded_after_its_effect_on_the_points_was_said(tab, client):
    purchase = await bought(client)
    page = await tab.open(f"purchases/{purchase['id']}")

    await page.get_by_role("button", name="Refund…").click()
    dialog = page.get_by_role("dialog")
    await expect(dialog.get_by_text("-100 points: the member then has 0 points")).to_be_visible()
    await dialog.get_by_text("By article").click()
    await dialog.get_by_label("How many of Riesling").fill("1")
    await expect(dialog.get_by_text("The buyer gets back $30.00.")).to_be_visible()
    await expect(dialog.get_by_text("-30 points: the member then has 70 points")).to_be_visible()
    await check_accessibility(page)
    await dialog.get_by_label("Reason").fill("Corked")
    await dialog.get_by_role("button", name="Refund", exact=True).click()

    await expect(page.get_by_text("Partly refunded")).to_be_visible()
    await expect(page.get_by_text("Corked")).to_be_visible()
    await expect(page.get_by_text("1 \u00d7 Riesling")).to_be_visible()
    await tab.open("refunds")
    await expect(page.get_by_role("table")).to_contain_text("-30 points")
    await check_no_sideways_scroll(page)


async def test_a_pending_purchase_is_completed(tab, client):
    purchase = await bought(client, status="pending")
    page = await tab.open(f"purchases/{purchase['id']}")

    await page.get_by_role("button", name="Complete…").click()
    dialog = page.get_by_role("dialog")
    await expect(dialog.get_by_text("+100 points: the member then has 100 points")).to_be_visible()
    await dialog.get_by_role("button", name="Complete", exact=True).click()
    await expect(page.get_by_text("+100 points")).to_be_visible()


async def test_a_guests_purchase_is_claimed_for_a_member(tab, client):
    purchase = await bought(client, member=None)
    page = await tab.open(f"purchases/{purchase['id']}")

    await page.get_by_role("button", name="Claim for a member…").click()
    dialog = page.get_by_role("dialog")
    await dialog.get_by_label("Member").fill("Anna")
    await page.get_by_role("option", name="Anna Berg").click()
    await expect(dialog.get_by_text("+100 points")).to_be_visible()
    await dialog.get_by_role("button", name="Claim").click()
    await expect(page.get_by_role("link", name="Anna Berg").first).to_be_visible()


async def test_a_purchase_is_recorded_by_hand_and_says_why_it_earned(open_tab, client):
    await post(client, "/v1/earning-rules", **WINE)
    await post(client, "/v1/members", external_id="anna", first_name="Anna", last_name="Berg")
    tab = await open_tab("cashier")
    page = await tab.open("purchases")
    await page.get_by_role("button", name="Record a purchase").click()
    drawer = page.get_by_role("dialog")
    await drawer.get_by_role("textbox", name="Member").fill("Anna")
    await page.get_by_role("option", name="Anna Berg").click()
    await drawer.get_by_role("button", name="Add an article").click()
    await drawer.get_by_role("textbox", name="Article", exact=True).fill("Riesling")
    await drawer.get_by_role("textbox", name="Quantity").fill("2")
    await drawer.get_by_role("textbox", name="Price of one").fill("30")
    await drawer.get_by_role("textbox", name="Channel").fill("cellar")
    await expect(drawer.get_by_text("Together $60.00")).to_be_visible()
    await expect(drawer.get_by_text("Wine weekend")).to_be_visible()
    await expect(drawer.get_by_text("+500")).to_be_visible()
    await check_accessibility(page)
    await drawer.get_by_role("button", name="Record the purchase").dblclick()

    await expect(page.get_by_text("What it earned, and why")).to_be_visible()
    await expect(page.get_by_text("Wine weekend")).to_be_visible()
    listed = (await client.get("/v1/purchases")).json()["data"]
    assert [(row["amount"], row["source"]) for row in listed] == [("60.00", "console")]
    await check_no_sideways_scroll(page)


async def test_why_a_purchase_gave_nothing_is_told_in_german(open_tab, client):
    rule = {
        "name": "Großeinkauf", "trigger": "purchase.completed",
        "award": {"type": "points_per_money", "rate": "1"},
        "conditions": {"field": "purchase.amount", "op": "gte", "value": "100"},
    }  # fmt: skip
    for row in (await client.get("/v1/earning-rules")).json()["data"]:
        await client.post(f"/v1/earning-rules/{row['id']}/archive")
    made = await client.post("/v1/earning-rules", json=rule)
    assert made.status_code == 201, made.text
    await client.post("/v1/members", json={"external_id": "anna"})
    body = {"member": "anna", "amount": "5.00", "currency": "USD"}
    bought = (await client.post("/v1/purchases", json=body)).json()
    tab = await open_tab("support", language="de")

    page = await tab.open(f"purchases/{bought['id']}")

    await expect(page.get_by_text("keine gab Punkte")).to_be_visible()
    await expect(page.get_by_text("verlangt war mindestens 100")).to_be_visible()
