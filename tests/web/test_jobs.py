"""Jobs, the test clock and the check of the books, as people use them."""

from collections.abc import AsyncIterator
from datetime import timedelta

import asyncpg
import httpx
import pytest
from playwright.async_api import expect

from laurels import auth
from laurels.kit.values.ids import decode
from tests.support.application import application
from tests.support.browsing import check_accessibility, check_no_sideways_scroll
from tests.support.make import House, make_tenant


@pytest.fixture
async def practice(database, house) -> House:
    """A test tenant, whose clock can be moved."""
    found = await make_tenant(database, test=True)
    found.now = house.now
    return found


@pytest.fixture
async def till(practice) -> AsyncIterator[httpx.AsyncClient]:
    """An HTTP client of the test tenant."""
    async with practice.work() as work:
        made = await auth.create_key(work, name="test", test=True)
    transport = httpx.ASGITransport(app=application(practice.database))
    async with httpx.AsyncClient(
        transport=transport,
        base_url="http://laurels.test",
        headers={"Authorization": f"Bearer {made.key}"},
    ) as found:
        yield found


async def test_a_job_is_run_and_seen_to_its_end(open_tab):
    tab = await open_tab("admin", width=360)

    page = await tab.open("jobs")
    await expect(page.get_by_text("Every night at 03:00 (UTC)")).to_be_visible()
    await check_accessibility(page)
    await check_no_sideways_scroll(page)
    await page.get_by_role("button", name="Run now…: Close the day").click()
    await page.get_by_role("dialog").get_by_role("button", name="Run now").click()

    await expect(page.get_by_role("heading", name="Close the day")).to_be_visible()
    await expect(page.get_by_text("There was nothing to do.")).to_be_visible()
    await expect(page.get_by_text("By hand")).to_be_visible()
    await check_accessibility(page)
    await tab.open("jobs?tab=runs&job=ledger.close_the_day")
    await expect(page.get_by_role("link", name="Close the day")).to_be_visible()


async def test_who_may_only_look_at_jobs_is_told_so(open_tab):
    tab = await open_tab("analyst")

    page = await tab.open("jobs")
    await page.get_by_role("button", name="Run now…: Birthdays").hover()

    await expect(page.get_by_text("Your role may look at jobs, not run them.")).to_be_visible()


async def test_the_clock_is_moved_and_points_expire(open_tab, practice, till):
    member = (await till.post("/v1/members", json={"external_id": "anna"})).json()["id"]
    (wallet,) = (await till.get(f"/v1/members/{member}/wallets")).json()["data"]
    ends = (practice.now + timedelta(days=3)).isoformat()
    credit = {"points": 120, "reason": "Welcome", "expires_at": ends}
    assert (await till.post(f"/v1/wallets/{wallet['id']}/credit", json=credit)).is_success
    tab = await open_tab("owner", house=practice)

    page = await tab.open("test-clock")
    await page.get_by_label("A week").click()
    await expect(page.get_by_text("Points mature and expire: for the first time")).to_be_visible()
    await expect(page.get_by_text("Close the day: runs 7 times")).to_be_visible()
    await check_accessibility(page)
    await check_no_sideways_scroll(page)
    await page.get_by_role("button", name="Move the clock").click()

    await expect(page.get_by_text("Stands still until you move it")).to_be_visible()
    await expect(page.get_by_text("Close the day: ran 7 times")).to_be_visible()
    (wallet,) = (await till.get(f"/v1/members/{member}/wallets")).json()["data"]
    assert wallet["available"] == 0


async def test_a_live_tenant_has_no_test_clock(tab):
    page = await tab.open("test-clock")

    await expect(page.get_by_text("This tenant is a live one")).to_be_visible()


async def test_the_books_are_verified_in_words(open_tab, client, house):
    for name in ("anna", "bert"):
        assert (await client.post("/v1/members", json={"external_id": name})).is_success
    tab = await open_tab("admin", width=360)

    page = await tab.open("books")
    await expect(page.get_by_text("Not verified yet")).to_be_visible()
    await page.get_by_role("button", name="Verify now").click()

    await expect(page.get_by_text("All 2 wallets agree with their transactions.")).to_be_visible()
    await check_accessibility(page)
    await check_no_sideways_scroll(page)


@pytest.fixture
async def owner(owner_url):
    """A connection as the owner of the tables, past everything that the ledger guards."""
    connection = await asyncpg.connect(owner_url)
    yield connection
    await connection.close()


async def test_wallets_that_disagree_are_named_with_a_link(open_tab, client, owner):
    member = (await client.post("/v1/members", json={"external_id": "anna"})).json()["id"]
    (wallet,) = (await client.get(f"/v1/members/{member}/wallets")).json()["data"]
    which = decode("wallet", wallet["id"])
    await owner.execute("update laurels.wallets set seq = seq + 1 where id = $1", which)
    tab = await open_tab("admin")

    page = await tab.open("books")
    await page.get_by_role("button", name="Verify now").click()

    await expect(page.get_by_text("These wallets do not agree")).to_be_visible()
    await expect(page.get_by_role("link", name=wallet["id"]).first).to_be_visible()
    await owner.execute("update laurels.wallets set seq = seq - 1 where id = $1", which)


async def test_the_page_about_the_api_begins_with_a_request_that_works(open_tab, client):
    member = (await client.post("/v1/members", json={"external_id": "anna"})).json()["id"]
    tab = await open_tab("admin", width=360)

    page = await tab.open("api")
    await expect(page.get_by_text(f"/v1/members/{member}/wallets")).to_be_visible()
    await check_accessibility(page)
    await check_no_sideways_scroll(page)
    await page.get_by_role("link", name="Create an API key…").click()

    await expect(page.get_by_role("dialog", name="Create a key")).to_be_visible()
