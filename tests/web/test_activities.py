"""What members do, in the console: recorded after a preview, explained, revoked."""

import itertools

from playwright.async_api import expect

from tests.support.browsing import check_accessibility, check_no_sideways_scroll

_keys = itertools.count()
RULE = {
    "name": "Thanks for a review",
    "trigger": "activity.recorded",
    "conditions": {"field": "activity.kind", "op": "eq", "value": "review"},
    "award": {"type": "fixed", "points": 50},
}


async def post(client, path, **body):
    """Send it and return the answer."""
    headers = {"Idempotency-Key": f"activities-{next(_keys)}"}
    answer = await client.post(path, json=body, headers=headers)
    assert answer.is_success, answer.text
    return answer.json()


async def test_an_activity_is_recorded_explained_and_revoked(tab, client):
    await post(client, "/v1/earning-rules", **RULE)
    await post(client, "/v1/members", external_id="anna", first_name="Anna", last_name="Berg")
    page = await tab.open("activities?open=record")

    dialog = page.get_by_role("dialog")
    await dialog.get_by_label("Member").fill("Anna")
    await page.get_by_role("option", name="Anna Berg").click()
    await dialog.get_by_label("Kind").fill("review")
    await expect(dialog.get_by_text("+50 points: the member then has 50 points")).to_be_visible()
    await check_accessibility(page)
    await dialog.get_by_role("button", name="Record", exact=True).click()
    table = page.get_by_role("table")
    await expect(table).to_contain_text("50 points")
    await check_accessibility(page)
    await check_no_sideways_scroll(page)

    await table.get_by_role("link", name="Review").click()
    await expect(page.get_by_role("link", name="Thanks for a review")).to_be_visible()
    await tab.at_rest()
    await check_accessibility(page)
    await check_no_sideways_scroll(page)
    await page.get_by_role("button", name="Revoke…").click()
    asked = page.get_by_role("dialog")
    await expect(asked.get_by_text("-50 points: the member then has 0 points")).to_be_visible()
    await asked.get_by_role("button", name="Revoke").click()
    await expect(page.get_by_role("main").get_by_text("Revoked").first).to_be_visible()
