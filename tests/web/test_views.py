"""Views of lists: saved, changed, shared with a colleague, and the one that a list opens with."""

from playwright.async_api import expect

from tests.support.browsing import check_accessibility, check_no_sideways_scroll


async def test_a_view_is_saved_and_a_colleague_opens_it(open_tab, client):
    await client.post("/v1/members", json={"external_id": "m-1", "last_name": "Arendt"})
    blocked = await client.post("/v1/members", json={"external_id": "m-2", "last_name": "Bosch"})
    await client.post(f"/v1/members/{blocked.json()['id']}/block", json={"reason": "Fraud"})
    tab = await open_tab("manager")
    page = await tab.open("members?status=blocked&columns=name,status")
    await page.get_by_role("button", name="Views").click()
    await page.get_by_role("menuitem", name="Save as a new view…").click()
    await page.get_by_role("textbox", name="Name of the view").fill("Blocked people")
    await page.get_by_role("checkbox", name="Share with everyone here").check()
    await check_accessibility(page)
    await page.get_by_role("button", name="Save view").click()
    menu = page.get_by_role("button", name="Blocked people")
    await expect(menu).to_be_visible()

    colleague = await open_tab("cashier", language="de", width=360)
    theirs = await colleague.open("members")
    await expect(theirs.get_by_text("Arendt")).to_be_visible()
    await theirs.get_by_role("button", name="Ansichten").click()
    await theirs.get_by_role("menuitem", name="Blocked people").click()
    await expect(theirs.get_by_text("Arendt")).to_be_hidden()
    await expect(theirs.get_by_text("Bosch")).to_be_visible()
    await theirs.get_by_role("button", name="Blocked people").click()
    await check_accessibility(theirs)
    await expect(theirs.get_by_role("menuitem", name="Löschen")).to_be_hidden()
    await theirs.get_by_role("menuitem", name="Liste damit öffnen").click()
    await check_no_sideways_scroll(theirs)

    # From now on the list opens with it, until its filters are cleared.
    await colleague.open("members")
    await expect(theirs.get_by_role("button", name="Blocked people")).to_be_visible()
    await expect(theirs.get_by_text("Arendt")).to_be_hidden()

    await tab.open("members?status=blocked&columns=name,status,phone")
    await expect(page.get_by_role("button", name="Views")).to_be_visible()
    await page.get_by_role("button", name="Views").click()
    await page.get_by_role("menuitem", name="Blocked people").click()
    await page.get_by_role("button", name="Blocked people").click()
    await page.get_by_role("menuitem", name="Delete").click()
    await expect(page.get_by_text("It will be gone for all who work here.")).to_be_visible()
    await page.get_by_role("button", name="Delete").click()
    await expect(page.get_by_role("button", name="Views")).to_be_visible()
