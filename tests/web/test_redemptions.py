"""Redemptions: the queue is delivered, things go back, a reward is given away."""

from playwright.async_api import expect

from tests.support.browsing import check_accessibility, check_no_sideways_scroll

REWARD = {
    "name": "Tote bag", "type": "merchandise", "cost_points": 100, "fulfilment": "manual",
    "stock": 5,
}  # fmt: skip


async def redeemed(client, house) -> str:
    """Anna has redeemed a bag, which waits to be handed over."""
    anna = {"external_id": "anna", "first_name": "Anna", "last_name": "Berg"}
    member = (await client.post("/v1/members", json=anna)).json()["id"]
    wallet = (await client.get(f"/v1/members/{member}/wallets")).json()["data"][0]["id"]
    credit = {"points": 300, "reason": "Welcome"}
    assert (await client.post(f"/v1/wallets/{wallet}/credit", json=credit)).status_code == 201
    reward = (await client.post("/v1/rewards", json=REWARD)).json()
    taken = {"member_id": member, "reward_id": reward["id"]}
    assert (await client.post("/v1/redemptions", json=taken)).status_code == 201
    return member


async def test_what_waits_is_delivered(open_tab, client, house):
    await redeemed(client, house)
    tab = await open_tab("support", width=360)

    page = await tab.open("redemptions?state=pending")
    await page.get_by_role("link", name="Tote bag").click()
    await expect(page.get_by_role("link", name="Anna Berg")).to_be_visible()
    await check_accessibility(page)
    await check_no_sideways_scroll(page)
    await page.get_by_role("button", name="Deliver…").click()
    await page.get_by_label("Note").fill("DHL 00340434")
    await page.get_by_role("button", name="Mark as delivered").click()

    await expect(page.get_by_text("It was delivered.")).to_be_visible()
    await expect(page.get_by_text("DHL 00340434")).to_be_visible()
    await tab.open("redemptions?state=pending")
    await expect(page.get_by_text("Nothing is waiting")).to_be_visible()


async def test_what_is_refunded_gives_its_points_back(open_tab, client, house):
    member = await redeemed(client, house)
    (waiting,) = (await client.get("/v1/redemptions")).json()["data"]
    await client.post(f"/v1/redemptions/{waiting['id']}/complete")
    tab = await open_tab()

    page = await tab.open(f"redemptions/{waiting['id']}")
    await page.get_by_role("button", name="More").click()
    await page.get_by_role("menuitem", name="Refund…").click()
    await expect(page.get_by_text("100 points go back to the member")).to_be_visible()
    await check_accessibility(page)
    await page.get_by_role("button", name="Refund", exact=True).click()

    await expect(page.get_by_text("It was refunded.")).to_be_visible()
    wallets = (await client.get(f"/v1/members/{member}/wallets")).json()["data"]
    assert wallets[0]["available"] == 300


async def test_a_reward_is_redeemed_and_one_is_given_on_a_members_page(open_tab, client, house):
    member = await redeemed(client, house)
    tab = await open_tab("manager")

    page = await tab.open(f"members/{member}?tab=rewards")
    await page.get_by_role("button", name="Redeem…").click()
    await expect(page.get_by_text("the member then has 100 points to spend")).to_be_visible()
    await page.get_by_role("button", name="Redeem", exact=True).click()
    await expect(page.get_by_text("“Tote bag” is redeemed.")).to_be_visible()
    await page.get_by_role("button", name="Give…").click()
    await page.get_by_label("Reason").fill("Waited an hour")
    await check_accessibility(page)
    await page.get_by_role("button", name="Give it").click()

    await expect(page.get_by_role("cell", name="Gift")).to_be_visible()
    rows = (await client.get(f"/v1/redemptions?member_id={member}")).json()["data"]
    assert [row["points_spent"] for row in rows] == [0, 100, 100]


async def test_who_may_only_look_is_told_so(open_tab, client, house):
    await redeemed(client, house)
    tab = await open_tab("cashier")

    page = await tab.open("redemptions?state=pending")
    await page.get_by_role("link", name="Tote bag").click()
    deliver = page.get_by_role("button", name="Deliver…")

    await expect(deliver).to_have_attribute("aria-disabled", "true")
    await deliver.hover()
    await expect(page.get_by_text("Your role may look at redemptions")).to_be_visible()
