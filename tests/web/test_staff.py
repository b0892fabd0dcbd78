"""People who work here, keys of programs, and who changed what."""

from playwright.async_api import expect

from tests.support.browsing import check_accessibility, check_no_sideways_scroll
from tests.support.people import fresh_email, joined


async def test_somebody_is_invited_gets_another_role_and_is_removed(open_tab, house):
    bo = await joined(house, "support")
    tab = await open_tab("owner")
    email = fresh_email("new")
    await tab.page.goto(f"{tab.address}/console/{tab.tenant}/staff")
    await tab.page.get_by_role("button", name="Invite somebody").click()
    await tab.page.get_by_role("textbox", name="E-mail address").fill(email)
    await tab.page.get_by_role("radio", name="Cashier").check()
    await check_accessibility(tab.page)
    await tab.page.get_by_role("button", name="Send the invitation").click()
    await expect(tab.page.get_by_role("cell", name=email).first).to_be_visible()

    menu = tab.page.get_by_role("button", name="What to do with The support")
    await menu.click()
    await tab.page.get_by_role("menuitem", name="Manager").click()
    await expect(tab.page.get_by_role("row").filter(has_text=bo.email)).to_contain_text("Manager")
    await menu.click()
    await tab.page.get_by_role("menuitem", name="Remove…").click()
    await tab.page.get_by_role("button", name="Remove", exact=True).click()
    await expect(tab.page.get_by_role("row").filter(has_text=bo.email)).to_contain_text("Removed")
    await check_no_sideways_scroll(tab.page)

    await tab.page.goto(f"{tab.address}/console/{tab.tenant}/audit")
    await tab.page.get_by_role("button", name="staff.removed").click()
    await expect(tab.page.get_by_role("dialog")).to_contain_text("status")
    await check_accessibility(tab.page)
    await check_no_sideways_scroll(tab.page)


async def test_a_key_is_shown_once_and_revoked(open_tab):
    tab = await open_tab("admin")
    await tab.page.goto(f"{tab.address}/console/{tab.tenant}/api-keys?open=create")
    await tab.page.get_by_role("textbox", name="Name").fill("Shop")
    await tab.page.get_by_role("button", name="Create the key").click()
    await expect(tab.page.get_by_text("Copy the key now")).to_be_visible()
    await expect(tab.page.get_by_text("lk_live_")).to_be_visible()
    await check_accessibility(tab.page)
    await tab.page.keyboard.press("Escape")

    await tab.page.get_by_role("button", name="Revoke…").click()
    await tab.page.get_by_role("button", name="Revoke", exact=True).click()
    await expect(tab.page.get_by_text("Revoked")).to_be_visible()
    await check_no_sideways_scroll(tab.page)


async def test_a_cashier_sees_neither_staff_nor_keys(open_tab):
    tab = await open_tab("cashier")
    await tab.page.goto(f"{tab.address}/console/{tab.tenant}/members")
    await expect(tab.page.get_by_role("link", name="Members")).to_be_visible()
    for name in ("Staff", "API keys", "Audit log"):
        await expect(tab.page.get_by_role("link", name=name)).to_be_hidden()
