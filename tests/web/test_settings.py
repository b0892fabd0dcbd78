"""Settings as people change them: what they do in words, what follows, history, and who may."""

import re

from playwright.async_api import expect

from laurels.kit.values.ids import encode
from tests.support.browsing import check_accessibility, check_no_sideways_scroll
from tests.support.make import make_tenant


async def test_points_per_dollar_are_changed_with_their_effect_and_rule(tab, client):
    await client.patch("/v1/settings/earning", json={"points_per_dollar": "1"})
    page = await tab.open("settings/earning")
    field = page.get_by_role("textbox", name="Points for each unit of money")
    await expect(page.get_by_text("A member who buys for $40.00 gets 40 points")).to_be_visible()

    await field.fill("2")
    await expect(page.get_by_text("A member who buys for $40.00 gets 80 points")).to_be_visible()
    change = page.get_by_role("status").filter(has_text="What will change")
    await expect(change).to_contain_text("1 point becomes 2 points")
    await expect(change).to_contain_text("Points per unit of currency gets a new version")
    await expect(change).to_contain_text("What was booked already keeps its points")
    await check_accessibility(page)
    await check_no_sideways_scroll(page)
    await page.get_by_role("button", name="Save").click()
    await expect(page.get_by_text("Saved. It takes effect at once.")).to_be_visible()
    await tab.at_rest()

    rules = (await client.get("/v1/earning-rules")).json()["data"]
    managed = next(rule for rule in rules if rule["managed_by"] == "earning.points_per_dollar")
    assert (managed["award"]["rate"], managed["version"]) == ("2.00", 2)


async def test_the_second_editor_is_told_and_goes_on_from_the_others_version(tab, client):
    tab.expect("409")
    page = await tab.open("settings/purchases")
    await client.patch("/v1/settings/purchases", json={"max_amount": "900"})

    await page.get_by_role("textbox", name="Largest amount of a purchase").fill("500")
    await page.get_by_role("button", name="Save").click()
    notice = page.get_by_role("alert").filter(has_text="Someone else saved this meanwhile")
    await expect(notice).to_contain_text("900")
    await notice.get_by_role("button", name="Go on from their version").click()
    await expect(page.get_by_role("textbox", name="Largest amount")).to_have_value("900")
    await page.get_by_role("textbox", name="Largest amount").fill("500")
    await page.get_by_role("button", name="Save").click()
    await expect(page.get_by_text("Saved. It takes effect at once.")).to_be_visible()

    assert (await client.get("/v1/settings/purchases")).json()["values"]["max_amount"] == "500"


async def test_an_old_version_is_restored_from_the_history(tab, client):
    for name in ("Stars", "Moons"):
        await client.patch("/v1/settings/loyalty", json={"loyalty_program_name": name})
    page = await tab.open("settings/loyalty?tab=history")
    await expect(page.get_by_role("cell", name="Moons")).to_be_visible()
    await check_accessibility(page)

    await page.get_by_role("link", name="Restore this version").click()
    await expect(page.get_by_role("textbox", name="Name for members")).to_have_value("Stars")
    await expect(page.get_by_text("Moons becomes Stars")).to_be_visible()
    await page.get_by_role("button", name="Save").click()
    await expect(page.get_by_text("Saved. It takes effect at once.")).to_be_visible()

    found = (await client.get("/v1/settings/loyalty")).json()
    assert (found["values"]["loyalty_program_name"], found["version"]) == ("Stars", 3)


async def test_switching_the_programme_off_asks_with_its_effect(tab, client):
    page = await tab.open("settings/loyalty")
    await page.get_by_role("switch", name="The programme runs").click(force=True)
    await page.get_by_role("button", name="Save").click()
    dialog = page.get_by_role("dialog")
    await expect(dialog).to_contain_text("The programme runs: On becomes Off")
    await dialog.get_by_role("button", name="Switch off").click()
    await expect(page.get_by_text("Saved. It takes effect at once.")).to_be_visible()

    values = (await client.get("/v1/settings/loyalty")).json()["values"]
    assert values["loyalty_enabled"] is False


async def test_who_may_only_read_sees_why(open_tab):
    tab = await open_tab("manager", language="de", width=390)
    page = await tab.open("settings/branding")

    await expect(page.get_by_text("dürfen diese Einstellungen lesen")).to_be_visible()
    await expect(page.get_by_role("textbox", name="Markenfarbe")).to_be_disabled()
    await expect(page.get_by_role("button", name="Speichern")).to_have_count(0)


async def test_a_cashier_sees_no_settings_and_nobody_another_tenants(open_tab, database):
    tab = await open_tab("cashier")
    tab.expect("401", "403", "404")
    page = await tab.open("")
    await expect(page.get_by_role("link", name="Members")).to_be_visible()
    for hidden in ("Settings", "API keys", "Audit log"):
        await expect(page.get_by_role("link", name=hidden)).to_have_count(0)
    await tab.open("settings/earning")
    await expect(page.get_by_role("textbox")).to_have_count(0)

    other = await make_tenant(database)
    member = await other.member()
    await tab.open(f"members/{encode('member', member)}")
    await expect(page.get_by_text("There is no member with this id")).to_be_visible()
    await page.goto(f"{tab.address}/console/{other.tenant.slug}/settings")
    await expect(page.get_by_role("heading", name="Sign in")).to_be_visible()


async def test_the_tenant_is_renamed(tab, client):
    page = await tab.open("settings")
    await expect(page.get_by_text("Standard")).to_be_visible()
    await page.get_by_role("button", name="Rename").click()
    await page.get_by_role("textbox", name="Name").fill("Café Règles")
    await page.get_by_role("dialog").get_by_role("button", name="Rename").click()
    await expect(page.get_by_role("banner").get_by_text("Café Règles")).to_be_visible()

    assert (await client.get("/v1/tenant")).json()["name"] == "Café Règles"


async def test_the_first_steps_are_done_one_by_one_and_can_be_hidden(tab, client):
    page = await tab.open("")
    await expect(page.get_by_text("1 of 7 are done.")).to_be_visible()
    await check_accessibility(page)
    await check_no_sideways_scroll(page)
    await page.get_by_role("link", name="Give your business its name").click()
    await page.get_by_role("dialog").get_by_role("textbox", name="Name").fill("Café Règles")
    await page.get_by_role("dialog").get_by_role("button", name="Rename").click()
    await expect(page.get_by_role("dialog")).to_have_count(0)

    await tab.open("")
    await expect(page.get_by_text("2 of 7 are done.")).to_be_visible()
    # What happens elsewhere is done here without a reload.
    bought = {"amount": "5.00", "currency": "USD", "member": "anna"}
    assert (await client.post("/v1/purchases", json=bought)).status_code == 201
    await expect(page.get_by_text("4 of 7 are done.")).to_be_visible()
    await page.get_by_role("button", name="Hide").click()
    await expect(page.get_by_text("First steps", exact=True)).to_have_count(0)

    assert (await client.get("/v1/settings/console")).json()["values"] == {"first_steps": False}


async def test_a_screen_leads_to_where_its_words_are_explained(tab):
    page = await tab.open("settings/tiers")
    async with tab.context.expect_page() as opened:
        await page.get_by_role("link", name="Read more").click()
    docs = await opened.value
    await expect(docs.get_by_role("heading", name="Tiers")).to_be_visible()
    await check_accessibility(docs)
    await check_no_sideways_scroll(docs)
    await docs.get_by_role("link", name="Time", exact=True).click()
    await expect(docs).to_have_title(re.compile("^Time"))
