"""Tiers, rewards and redemptions, as they are read."""

from playwright.async_api import expect

from tests.support.browsing import check_accessibility, check_no_sideways_scroll
from tests.support.make import make_tenant


async def test_the_ladder_of_a_shop_is_shown(open_tab, database):
    shop = await make_tenant(database, preset="shopify")
    tab = await open_tab("manager", house=shop)

    await tab.page.goto(f"{tab.address}/console/{tab.tenant}/tiers")

    await expect(tab.page.get_by_role("cell", name="Gold").first).to_be_visible()
    await check_accessibility(tab.page)
    await check_no_sideways_scroll(tab.page)


async def test_rewards_and_redemptions_say_what_is_missing(open_tab):
    tab = await open_tab("support")
    for path, words in (("rewards", "No rewards"), ("redemptions", "No redemptions")):
        await tab.page.goto(f"{tab.address}/console/{tab.tenant}/{path}")
        await expect(tab.page.get_by_text(words)).to_be_visible()
        await check_accessibility(tab.page)
        await check_no_sideways_scroll(tab.page)
