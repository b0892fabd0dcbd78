"""Webhooks as a developer sees them: made, tested, failing, sent again."""

import re

from playwright.async_api import expect

from tests.support.browsing import check_accessibility, check_no_sideways_scroll


async def test_an_endpoint_is_added_and_its_failures_are_seen_and_sent_again(open_tab):
    tab = await open_tab()
    page = await tab.open("webhooks")
    await check_accessibility(page)
    await page.get_by_role("button", name="Add an endpoint").first.click()
    # Nobody has a name in this domain (RFC 2606), so nothing leaves this machine.
    await page.get_by_label("Address").fill("https://hooks.shop.invalid/in")
    await page.get_by_role("button", name="Add the endpoint").click()
    await expect(page.get_by_text("Copy the secret now")).to_be_visible()
    await check_accessibility(page)
    await page.get_by_role("button", name="Close").click()
    await page.get_by_role("link", name=re.compile("hooks.shop.invalid")).click()
    await page.get_by_role("button", name="Send a test").click()
    row = page.get_by_role("link", name="webhook_endpoint.tested")
    await expect(row).to_be_visible()
    await row.click()
    await expect(page.get_by_text("Attempt 1:")).to_be_visible()
    await check_accessibility(page)
    await page.get_by_role("button", name="Discard…").click()
    await page.get_by_role("button", name="Discard", exact=True).click()
    await page.get_by_role("button", name="Send again").click()
    await expect(page.get_by_text("Attempt 2:")).to_be_visible()
    await page.get_by_role("link", name=re.compile("^evt_")).click()

    await expect(page.get_by_text("What it sent out")).to_be_visible()
    await check_accessibility(page)
    await check_no_sideways_scroll(page)


async def test_dead_letters_say_that_there_are_none(open_tab):
    tab = await open_tab(width=360)

    page = await tab.open("dead-letters")

    await expect(page.get_by_text("Everything that happened is worked off.")).to_be_visible()
    await check_accessibility(page)
    await check_no_sideways_scroll(page)
