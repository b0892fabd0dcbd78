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
    page = await tab.open("earning-rules")

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
