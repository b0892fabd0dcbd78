"""The ladder: edited whole, with who moves before it is saved."""

import re

from playwright.async_api import expect

from tests.support.browsing import check_accessibility, check_no_sideways_scroll

LADDER = {
    "new": [
        {"name": "Bronze", "level": 1, "is_default": True},
        {"name": "Gold", "level": 2, "criteria": "spend", "min_spend": "100"},
    ]
}


async def climbed(client) -> str:
    """Anna has spent 120, and stands on gold."""
    assert (await client.put("/v1/tiers", json=LADDER)).status_code == 200
    anna = {"external_id": "anna", "first_name": "Anna", "last_name": "Berg"}
    member = (await client.post("/v1/members", json=anna)).json()["id"]
    bought = {"member": "anna", "amount": "120.00", "currency": "USD"}
    assert (await client.post("/v1/purchases", json=bought)).status_code == 201
    assert (await client.get(f"/v1/members/{member}/tier")).json()["standing"]["tier"][
        "name"
    ] == "Gold"
    return member


async def test_who_falls_is_seen_before_the_ladder_is_saved(open_tab, client):
    member = await climbed(client)
    tab = await open_tab("manager")

    page = await tab.open("tiers")
    await check_accessibility(page)
    await page.get_by_role("link", name="Edit the ladder").click()
    await page.get_by_role("button", name=re.compile("^Gold")).click()
    await page.get_by_label("From a spend of").fill("500")
    await expect(page.get_by_text("1 from Gold to Bronze")).to_be_visible()
    await expect(page.get_by_role("link", name="Anna Berg")).to_be_visible()
    await check_accessibility(page)
    await page.get_by_role("button", name="Save the ladder").click()
    dialog = page.get_by_role("dialog")
    await expect(dialog.get_by_text("Nobody rises, 1 falls.")).to_be_visible()
    await dialog.get_by_role("button", name="Save the ladder").click()

    await expect(page.get_by_text("The ladder is saved.")).to_be_visible()
    (_, gold) = (await client.get("/v1/tiers")).json()["data"]
    assert gold["min_spend"] == "500.00"
    assert (await client.get(f"/v1/members/{member}/tier")).status_code == 200


async def test_a_ladder_is_built_from_nothing_on_a_phone(open_tab, client):
    tab = await open_tab(width=360)

    page = await tab.open("tiers")
    await page.get_by_role("link", name="Build the ladder").first.click()
    await page.get_by_role("button", name="Begin with Bronze, Silver and Gold").click()
    await page.get_by_role("button", name=re.compile("^Gold")).click()
    await page.get_by_label("From a spend of").fill("900")
    await page.get_by_role("button", name="Add a tier on top").click()
    await page.get_by_label("Name").fill("Star")
    await page.get_by_label("From a spend of").fill("2000")
    await expect(page.get_by_text("Nobody moves.")).to_be_visible()
    await check_no_sideways_scroll(page)
    await page.get_by_role("button", name="Save the ladder").click()

    await expect(page.get_by_text("The ladder is saved.")).to_be_visible()
    await expect(page.get_by_text("30 days before a tier ends")).to_be_visible()
    bronze, *_, gold, star = (await client.get("/v1/tiers")).json()["data"]
    assert (bronze["name"], bronze["is_default"]) == ("Bronze", True)
    assert (gold["min_spend"], gold["points_multiplier"]) == ("900.00", "1.50")
    assert (star["level"], star["min_spend"]) == (4, "2000.00")


async def test_of_two_who_edit_the_ladder_the_second_is_told(open_tab, client):
    await climbed(client)
    tab = await open_tab()
    page = await tab.open("tiers/edit")
    await page.get_by_role("button", name=re.compile("^Gold")).click()
    await page.get_by_label("Name").fill("Golden")
    await expect(page.get_by_text("Nobody moves.")).to_be_visible()
    gold = (await client.get("/v1/tiers")).json()["data"][1]
    await client.patch(f"/v1/tiers/{gold['id']}", json={"free_shipping": True})

    tab.expect("409")
    await page.get_by_role("button", name="Save the ladder").click()

    await expect(page.get_by_text("Someone else saved this meanwhile")).to_be_visible()
    await expect(page.get_by_text("Gold: Free shipping")).to_be_visible()
    await page.get_by_role("button", name="Go on from their version").click()
    await page.get_by_role("button", name=re.compile("^Gold")).click()
    await expect(page.get_by_label("Free shipping")).to_be_checked()


async def test_a_tier_shows_its_members_and_says_where_they_go_before_it_is_archived(
    open_tab, client
):
    await climbed(client)
    bo = {"external_id": "bo", "first_name": "Bo", "last_name": "Holm"}
    assert (await client.post("/v1/members", json=bo)).status_code == 201
    tab = await open_tab()

    page = await tab.open("tiers")
    await page.get_by_role("link", name="Gold").click()
    await check_accessibility(page)
    await page.get_by_role("link", name="Show them").click()
    await expect(page.get_by_role("link", name="Anna Berg")).to_be_visible()
    await expect(page.get_by_role("link", name="Bo Holm")).to_be_hidden()
    await page.go_back()
    await page.get_by_role("button", name="Archive…").click()
    await expect(page.get_by_text("1 member will go to Bronze.")).to_be_visible()
    await page.get_by_role("button", name="Archive", exact=True).click()

    await expect(page.get_by_text("Archived", exact=True)).to_be_visible()


async def test_support_gives_a_tier_by_hand_and_takes_it_back(open_tab, client):
    member = await climbed(client)
    tab = await open_tab("support", width=390)

    page = await tab.open(f"members/{member}?tab=tier")
    await page.get_by_role("button", name="Give a tier…").click()
    await page.get_by_role("combobox", name="Tier").click()
    await page.get_by_role("option", name="Bronze").click()
    await expect(page.get_by_text("They have earned a higher tier")).to_be_visible()
    await page.get_by_label("They do not rise above it either").check()
    await expect(page.get_by_text("The member falls from Gold to Bronze.")).to_be_visible()
    await page.get_by_role("textbox", name="Reason").fill("Returned everything at the counter")
    await check_accessibility(page)
    await page.get_by_role("button", name="Give the tier", exact=True).click()

    await expect(page.get_by_text("Returned everything at the counter")).to_be_visible()
    standing = (await client.get(f"/v1/members/{member}/tier")).json()["standing"]
    assert (standing["tier"]["name"], standing["fixed"]) == ("Bronze", True)
    await page.get_by_role("button", name="Take it back…").click()
    await expect(page.get_by_text("The member then stands on Gold")).to_be_visible()
    await page.get_by_role("button", name="Take it back", exact=True).click()
    await expect(page.get_by_role("button", name="Take it back…")).to_be_hidden()
    await tab.at_rest()
    await check_no_sideways_scroll(page)
    standing = (await client.get(f"/v1/members/{member}/tier")).json()["standing"]
    assert standing["tier"]["name"] == "Gold"


async def test_a_cashier_sees_the_ladder_and_changes_nothing(open_tab, client):
    member = await climbed(client)
    tab = await open_tab("cashier")

    page = await tab.open("tiers")
    edit = page.get_by_role("button", name="Edit the ladder")
    await expect(edit).to_be_disabled()
    await edit.hover()
    await expect(page.get_by_text("Your role may look at tiers, not change them.")).to_be_visible()
    await tab.open(f"members/{member}?tab=tier")

    await expect(page.get_by_text("Tiers so far").or_(page.get_by_text("History"))).to_be_visible()
    await expect(page.get_by_role("button", name="Give a tier…")).to_be_hidden()
