"""Earning rules in the console: read as sentences, with versions; tried and changed."""

import itertools

from playwright.async_api import expect

from tests.support.browsing import check_accessibility, check_no_sideways_scroll

_keys = itertools.count()
WEEKEND = {
    "name": "Weekend wine",
    "trigger": "purchase.completed",
    "conditions": {"field": "event.weekday", "op": "in", "value": ["saturday", "sunday"]},
    "award": {
        "type": "points_per_money",
        "rate": "2",
        "lines": {"field": "category", "op": "eq", "value": "wine"},
    },
    "caps": [{"period": "day", "points": 500}],
}


async def post(client, path, **body):
    """Send it and return the answer."""
    headers = {"Idempotency-Key": f"earning-{next(_keys)}"}
    answer = await client.post(path, json=body, headers=headers)
    assert answer.is_success, answer.text
    return answer.json()


async def test_a_rule_reads_as_a_sentence_and_tells_what_its_versions_changed(tab, client):
    rule = await post(client, "/v1/earning-rules", **WEEKEND)
    changed = {**WEEKEND, "caps": [{"period": "day", "points": 300}], "version": 1}
    await client.put(f"/v1/earning-rules/{rule['id']}", json=changed)
    await post(client, "/v1/purchases", member="anna", amount="10.00", currency="USD")
    page = await tab.open("earning-rules")

    await expect(page.get_by_role("row", name="Weekend wine")).to_contain_text("0 of 1")
    await expect(page.get_by_role("table")).to_contain_text(
        "2 points per $1.00 of a purchase on lines where the category is “wine”,"
        " if the weekday is one of Saturday or Sunday. At most 300 points a day per member."
    )
    await check_accessibility(page)
    await check_no_sideways_scroll(page)
    await page.get_by_role("link", name="Weekend wine").click()
    await page.get_by_role("tab", name="Versions").click()
    await expect(page.get_by_text("At most 500 points a day per member.").first).to_be_visible()
    await expect(page.get_by_role("cell", name="At most 300 points a day")).to_be_visible()
    await tab.at_rest()
    await check_accessibility(page)
    await check_no_sideways_scroll(page)


async def test_a_rule_is_paused_archived_and_found_again(tab, client):
    rule = await post(client, "/v1/earning-rules", **WEEKEND)
    page = await tab.open(f"earning-rules/{rule['id']}")

    await page.get_by_role("button", name="Pause").click()
    await expect(page.get_by_role("main").get_by_text("Paused", exact=True)).to_be_visible()
    await page.get_by_role("tab", name="Try it").click()
    await expect(page.get_by_label("Category")).to_have_value("wine")
    await expect(page.get_by_text("(not in force yet)")).to_be_visible()
    await tab.at_rest()
    await check_accessibility(page)
    await check_no_sideways_scroll(page)
    await page.get_by_role("button", name="Archive…").click()
    await page.get_by_role("dialog").get_by_role("button", name="Archive").click()
    await expect(page.get_by_role("button", name="Restore")).to_be_visible()
    await tab.open("earning-rules?status=archived")
    await expect(page.get_by_role("link", name="Weekend wine")).to_be_visible()


async def test_who_may_only_look_learns_why_the_buttons_are_off(open_tab, client):
    rule = await post(client, "/v1/earning-rules", **WEEKEND)
    tab = await open_tab("support")
    page = await tab.open(f"earning-rules/{rule['id']}")

    pause = page.get_by_role("button", name="Pause")
    await expect(pause).to_have_attribute("aria-disabled", "true")
    await pause.hover()
    await expect(page.get_by_text("Your role may look at rules, not change them.")).to_be_visible()


async def test_a_rule_is_made_tried_and_published(tab, client):
    page = await tab.open("earning-rules/new")
    aside = page.get_by_role("complementary")

    await page.get_by_label("Name", exact=False).first.fill("Big basket")
    await page.get_by_role("combobox", name="What it gives").click()
    await page.get_by_role("option", name="The same points every time").click()
    await page.get_by_role("textbox", name="Points", exact=True).fill("70")
    await page.get_by_role("button", name="Add a condition").first.click()
    await page.get_by_placeholder("Find a field").fill("amount paid")
    await page.get_by_role("button", name="the amount paid").click()
    await page.get_by_role("dialog").get_by_role("textbox").fill("100")
    await page.get_by_role("button", name="Apply").click()
    await expect(aside.get_by_text("Its conditions are not met.")).to_be_visible()
    await expect(aside.get_by_text("it is $25.00")).to_be_visible()
    await aside.get_by_label("Amount paid").fill("120")
    await expect(aside.get_by_test_id("simulated-points")).to_have_text("190 points")
    await tab.at_rest()
    await check_accessibility(page)
    await check_no_sideways_scroll(page)
    await page.get_by_role("button", name="Publish the rule").click()

    await expect(page.get_by_role("heading", name="Big basket")).to_be_visible()
    rules = (await client.get("/v1/earning-rules")).json()["data"]
    (made,) = [each for each in rules if each["name"] == "Big basket"]
    assert made["award"] == {"type": "fixed", "points": 70}
    assert made["conditions"] == {"field": "purchase.amount", "op": "gte", "value": "100"}


async def test_the_second_of_two_who_edit_a_rule_is_told(tab, client):
    rule = await post(client, "/v1/earning-rules", **WEEKEND)
    page = await tab.open(f"earning-rules/{rule['id']}/edit")

    theirs = {**WEEKEND, "name": "Wine on weekends", "version": 1}
    await client.put(f"/v1/earning-rules/{rule['id']}", json=theirs)
    await page.get_by_label("A day").fill("200")
    await page.get_by_role("button", name="Save as a new version").click()
    notice = page.get_by_role("alert").filter(has_text="Someone else saved this meanwhile")
    await expect(notice.get_by_role("cell", name="Wine on weekends")).to_be_visible()
    tab.expect("409")
    await notice.get_by_role("button", name="Go on from their version").click()
    await expect(page.get_by_label("Name", exact=False).first).to_have_value("Wine on weekends")
    await page.get_by_label("A day").fill("200")
    await page.get_by_role("button", name="Save as a new version").click()

    await expect(page.get_by_role("tab", name="Versions")).to_be_visible()
    now = (await client.get(f"/v1/earning-rules/{rule['id']}")).json()
    assert (now["version"], now["name"]) == (3, "Wine on weekends")


async def test_the_simulator_says_why_a_purchase_earns_nothing(tab, client):
    (usual,) = (await client.get("/v1/earning-rules")).json()["data"]
    await client.post(f"/v1/earning-rules/{usual['id']}/pause")
    vip = {"field": "member.tier", "op": "eq", "value": "Gold"}
    gold = {**WEEKEND, "name": "For Gold", "conditions": vip}
    await post(client, "/v1/earning-rules", **gold)
    page = await tab.open("simulator")

    await expect(page.get_by_test_id("simulated-points")).to_have_text("0 points")
    await expect(page.get_by_text("none of them gives points for this")).to_be_visible()
    await expect(page.get_by_text("the member's tier is Gold")).to_be_visible()
    await page.get_by_role("button", name="Add a line").click()
    await page.get_by_label("Category").fill("wine")
    await tab.at_rest()
    assert "wine" in page.url
    await check_accessibility(page)
    await check_no_sideways_scroll(page)
