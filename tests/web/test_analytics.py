"""Home and the list of what happens."""

import httpx
from playwright.async_api import expect

from laurels import auth
from tests.support.browsing import check_accessibility, check_no_sideways_scroll


async def buy(house, address, amount):
    async with house.work() as work:
        key = (await auth.create_key(work, name="shop", test=False)).key
    async with httpx.AsyncClient(base_url=address) as client:
        answer = await client.post(
            "/v1/purchases",
            json={"member": "anna", "amount": amount, "currency": house.tenant.currency},
            headers={"Authorization": f"Bearer {key}"},
        )
    assert answer.status_code == 201


async def test_a_purchase_appears_on_home_by_itself(open_tab, house):
    tab = await open_tab("manager")
    await tab.page.goto(f"{tab.address}/console/{tab.tenant}")
    await expect(tab.page.get_by_text("Somebody joined the staff").first).to_be_visible()

    await buy(house, tab.address, "42.90")

    await expect(tab.page.get_by_text("$42.90").first).to_be_visible()
    await expect(tab.page.get_by_role("link", name="Bought something")).to_be_visible()
    await check_accessibility(tab.page)
    await check_no_sideways_scroll(tab.page)


async def test_the_list_of_what_happened_is_filtered_by_its_address(open_tab, house):
    tab = await open_tab("support")
    await buy(house, tab.address, "5.00")
    activity = f"{tab.address}/console/{tab.tenant}/activity"

    await tab.page.goto(f"{activity}?types=member.enrolled")
    await expect(tab.page.get_by_text("Joined the programme", exact=True)).to_be_visible()
    await expect(tab.page.get_by_text("Bought something")).to_be_hidden()

    await tab.page.goto(activity)
    await expect(tab.page.get_by_text("Bought something")).to_be_visible()
    await check_accessibility(tab.page)
    await check_no_sideways_scroll(tab.page)


async def test_a_cashier_sees_no_figures(open_tab):
    tab = await open_tab("cashier")
    await tab.page.goto(f"{tab.address}/console/{tab.tenant}")
    await expect(tab.page.get_by_text("Welcome")).to_be_visible()
    await expect(tab.page.get_by_text("Points issued")).to_be_hidden()
