"""Points in the console: programs, the statement of a wallet, holds, and a transaction reversed."""

import itertools

from playwright.async_api import expect

from tests.support.browsing import check_accessibility, check_no_sideways_scroll

_keys = itertools.count()


async def post(client, path, **body):
    """Send it and return the answer."""
    headers = {"Idempotency-Key": f"ledger-{next(_keys)}"}
    answer = await client.post(path, json=body, headers=headers)
    assert answer.is_success, answer.text
    return answer.json()


async def wallet_of_anna(client):
    """Anna has 300 points; her wallet."""
    anna = await post(client, "/v1/members", external_id="anna", first_name="Anna")
    wallets = (await client.get(f"/v1/members/{anna['id']}/wallets")).json()["data"]
    await post(client, f"/v1/wallets/{wallets[0]['id']}/credit", points=300, reason="Welcome")
    return wallets[0]


async def test_a_transaction_is_found_in_the_statement_and_reversed_after_a_preview(tab, client):
    wallet = await wallet_of_anna(client)
    page = await tab.open(f"wallets/{wallet['id']}")

    await expect(page.get_by_role("table")).to_contain_text("+300")
    await check_accessibility(page)
    await check_no_sideways_scroll(page)
    async with page.expect_download() as downloading:
        await page.get_by_role("button", name="Download").click()
    assert (await downloading.value).suggested_filename.endswith(".csv")
    await page.get_by_role("table").get_by_role("link").first.click()
    await expect(page.get_by_text("Welcome")).to_be_visible()
    await tab.at_rest()
    await check_accessibility(page)
    await check_no_sideways_scroll(page)
    await page.get_by_role("button", name="Reverse…").click()
    dialog = page.get_by_role("dialog")
    await expect(dialog.get_by_text("-300 points: the member then has 0 points")).to_be_visible()
    await dialog.get_by_role("button", name="Reverse").click()
    await expect(page.get_by_text("The transaction is reversed.")).to_be_visible()


async def test_a_hold_is_found_and_released(tab, client):
    wallet = await wallet_of_anna(client)
    await post(client, f"/v1/wallets/{wallet['id']}/holds", points=120, reason="Till 4")
    page = await tab.open("holds")

    await expect(page.get_by_role("table")).to_contain_text("Till 4")
    await check_accessibility(page)
    await check_no_sideways_scroll(page)
    await page.get_by_role("table").get_by_role("link").first.click()
    await page.get_by_role("button", name="Release…").click()
    dialog = page.get_by_role("dialog")
    await expect(dialog.get_by_text("The member can spend the 120 points again.")).to_be_visible()
    await dialog.get_by_role("button", name="Release").click()
    await expect(page.get_by_role("main").get_by_text("Released", exact=True)).to_be_visible()
    await check_no_sideways_scroll(page)


async def test_a_program_is_created_changed_and_archived(tab):
    page = await tab.open("programs?open=new")

    dialog = page.get_by_role("dialog")
    await dialog.get_by_label("Name").fill("Stars")
    await dialog.get_by_label("What its points are called").fill("stars")
    await check_accessibility(page)
    await dialog.get_by_role("button", name="Create").click()
    await page.get_by_role("link", name="Stars").click()
    await page.get_by_role("button", name="Change…").click()
    await page.get_by_role("dialog").get_by_label("Days until they expire").fill("90")
    await page.get_by_role("dialog").get_by_role("button", name="Save").click()
    await expect(page.get_by_text("90 days after they were earned")).to_be_visible()
    await check_no_sideways_scroll(page)
    await page.get_by_role("button", name="Archive…").click()
    await page.get_by_role("dialog").get_by_role("button", name="Archive").click()
    await expect(page.get_by_role("button", name="Restore…")).to_be_visible()
