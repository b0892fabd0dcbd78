"""Many members at once: chosen in the list, tried, done by a worker, and who was left out."""

from playwright.async_api import expect

from laurels.kit.values.ids import encode
from tests.support.browsing import check_accessibility, check_no_sideways_scroll


async def test_points_of_all_that_match_are_adjusted_and_one_is_left_out(open_tab, house, client):
    for number in range(3):
        await house.member(balance=100, external_id=f"rich-{number}")
    poor = await house.member(balance=5, external_id="poor-1")
    tab = await open_tab("manager")
    page = await tab.open("members")
    await page.get_by_role("checkbox", name="Select all").check()
    await page.get_by_role("button", name="Do with them").click()
    await page.get_by_role("menuitem", name="Adjust points…").click()
    dialog = page.get_by_role("dialog")
    await dialog.get_by_text("Take points").click()
    await dialog.get_by_role("textbox", name="Points for each member").fill("50")
    await dialog.get_by_role("textbox", name="Reason").fill("Counted twice")
    await dialog.get_by_role("textbox", name="Words for the member").fill("We made a mistake")
    await expect(dialog.get_by_text("3 will be changed")).to_be_visible()
    await expect(dialog.get_by_text("1 will be left out: Not enough points")).to_be_visible()
    await check_accessibility(page)
    await dialog.get_by_role("button", name="Go on with 4 members").click()

    await expect(page.get_by_role("heading", name="Take 50 points")).to_be_visible()
    await expect(page.get_by_text("Finished")).to_be_visible()
    await expect(page.get_by_text("1: Not enough points")).to_be_visible()
    await expect(page.get_by_role("link", name="poor-1")).to_be_visible()
    await check_accessibility(page)
    await check_no_sideways_scroll(page)
    assert (await house.balance(poor))["available"] == 5

    await page.get_by_role("link", name="rich-0").click()
    await tab.at_rest()
    wallet = encode("wallet", await house.wallet_id(poor))
    answer = await client.get(f"/v1/wallets/{wallet}/statement")
    assert len(answer.json()["movements"]) == 1


async def test_somebody_who_may_not_sees_no_boxes(open_tab, house):
    await house.member(external_id="m-1")
    tab = await open_tab("support")
    page = await tab.open("members")

    await expect(page.get_by_text("m-1").first).to_be_visible()
    await expect(page.get_by_role("checkbox")).to_have_count(0)
