"""Segments in the console: built with a live count, kept by hand, and lists of members by them."""

import itertools
import re

from playwright.async_api import expect

from tests.support.browsing import check_accessibility, check_no_sideways_scroll

_keys = itertools.count()
RICH = {"field": "points.available", "op": "gte", "value": 50}


async def post(client, path, **body):
    """Send it and return the answer."""
    headers = {"Idempotency-Key": f"segments-{next(_keys)}"}
    answer = await client.post(path, json=body, headers=headers)
    assert answer.is_success, answer.text
    return answer.json()


async def test_a_segment_is_built_with_a_count_and_has_its_members(tab, client, house):
    await house.member(external_id="anna", balance=600, first_name="Anna", last_name="Rich")
    await house.member(external_id="bert", balance=40)
    page = await tab.open("segments")
    await expect(page.get_by_text("No segments yet")).to_be_visible()
    await page.get_by_role("link", name="New segment").first.click()

    await page.get_by_role("button", name="Has 500 points or more to spend").click()
    await expect(page.get_by_text("1 member", exact=True)).to_be_visible()
    await expect(page.get_by_text("50% of all 2 members")).to_be_visible()
    await page.get_by_role("button", name=re.compile("^Value: 500")).click()
    await page.get_by_role("textbox", name="Value").fill("30")
    await page.keyboard.press("Enter")
    await expect(page.get_by_text("2 members", exact=True)).to_be_visible()
    await tab.at_rest()
    await check_accessibility(page)
    await check_no_sideways_scroll(page)
    await page.get_by_role("textbox", name="Name").fill("With points")
    await page.get_by_role("button", name="Create the segment").click()

    await expect(page.get_by_role("heading", name="With points")).to_be_visible()
    await page.get_by_role("tab", name="Members").click()
    await expect(page.get_by_role("row", name=re.compile("anna"))).to_contain_text(
        "points to spend: 600"
    )
    await tab.open("segments")
    await expect(page.get_by_role("row", name=re.compile("With points"))).to_contain_text(
        "points to spend is at least 30"
    )


async def test_a_pasted_list_says_who_was_not_found(tab, client, house):
    await house.member(external_id="anna")
    await post(client, "/v1/members", external_id="bert", email="bert@example.com")
    segment = await post(client, "/v1/segments", name="Guests", kind="static")
    page = await tab.open(f"segments/{segment['id']}?tab=members")

    await page.get_by_role("button", name="Add members").click()
    await page.get_by_role("textbox", name="A list").fill("anna\nBert@example.com\nnobody\n")
    await page.get_by_role("button", name="Add 3").click()

    report = page.get_by_role("dialog").get_by_role("status")
    await expect(report).to_contain_text("2 added")
    await expect(report).to_contain_text("nobody not found")
    await tab.at_rest()
    await check_accessibility(page)
    await page.keyboard.press("Escape")
    await (
        page.get_by_role("row", name=re.compile("anna"))
        .get_by_role("button", name="Take from the list")
        .click()
    )
    await expect(page.get_by_role("row", name=re.compile("anna"))).to_be_hidden()
    await expect(page.get_by_role("row", name=re.compile("bert"))).to_be_visible()


async def test_members_are_filtered_by_conditions_and_kept_as_a_segment(tab, client, house):
    await house.member(external_id="anna", balance=600)
    await house.member(external_id="bert", balance=40)
    page = await tab.open("members")

    await page.get_by_role("button", name="Conditions…").click()
    drawer = page.get_by_role("dialog")
    await drawer.get_by_role("button", name="Has 500 points or more to spend").click()
    await drawer.get_by_role("button", name="Show these members").click()
    await expect(page.get_by_role("row", name=re.compile("anna"))).to_be_visible()
    await expect(page.get_by_role("row", name=re.compile("bert"))).to_be_hidden()
    await expect(page.get_by_text("points to spend is at least 500")).to_be_visible()
    await page.reload()
    await tab.at_rest()
    await expect(page.get_by_role("row", name=re.compile("bert"))).to_be_hidden()
    await check_accessibility(page)
    await check_no_sideways_scroll(page)

    await page.get_by_role("link", name="Save as a segment").click()
    await page.get_by_role("textbox", name="Name").fill("Rich")
    await page.get_by_role("button", name="Create the segment").click()
    await expect(page.get_by_role("heading", name="Rich")).to_be_visible()
    await page.get_by_role("button", name="More").click()
    await page.get_by_role("menuitem", name="Show in the list of members").click()
    await expect(page.get_by_role("button", name="Segment: Rich")).to_be_visible()
    await page.get_by_role("link", name="anna").click()
    await page.get_by_role("tab", name="Segments").click()
    await expect(page.get_by_role("row", name=re.compile("Rich"))).to_contain_text(
        "points to spend: 600"
    )


async def test_the_second_editor_is_told_what_the_first_one_changed(tab, client):
    segment = await post(client, "/v1/segments", name="Rich", criteria=RICH)
    at = f"/v1/segments/{segment['id']}"
    tab.expect("409")
    page = await tab.open(f"segments/{segment['id']}/edit")

    answer = await client.patch(at, json={"criteria": RICH | {"value": 70}, "version": 1})
    assert answer.is_success, answer.text
    await page.get_by_role("textbox", name="Description").fill("Ours")
    await page.get_by_role("button", name="Save", exact=True).click()

    told = page.get_by_role("alert")
    await expect(told).to_contain_text("Someone else saved this meanwhile")
    await expect(told).to_contain_text("points to spend is at least 70")
    await tab.at_rest()
    await check_accessibility(page)
    await page.get_by_role("button", name="Go on from their version").click()
    await expect(page.get_by_role("button", name=re.compile("^Value: 70"))).to_be_visible()
    await page.get_by_role("textbox", name="Description").fill("Ours")
    await page.get_by_role("button", name="Save", exact=True).click()
    await expect(page.get_by_role("link", name="Edit", exact=True)).to_be_visible()
    assert (await client.get(at)).json()["description"] == "Ours"


async def test_before_a_segment_is_archived_one_reads_who_names_it(tab, client):
    segment = await post(client, "/v1/segments", name="Rich", criteria=RICH)
    await post(
        client, "/v1/rewards", name="Mug", type="custom", cost_points=10,
        segment_ids=[segment["id"]],
    )  # fmt: skip
    page = await tab.open(f"segments/{segment['id']}")
    await expect(page.get_by_role("link", name="Mug")).to_be_visible()
    await check_accessibility(page)
    await check_no_sideways_scroll(page)

    await page.get_by_role("button", name="More").click()
    await page.get_by_role("menuitem", name="Archive…").click()
    await expect(page.get_by_role("dialog")).to_contain_text("Mug")
    await page.get_by_role("dialog").get_by_role("button", name="Archive").click()
    await page.get_by_role("button", name="Restore").click()
    await expect(page.get_by_role("button", name="More")).to_be_visible()
