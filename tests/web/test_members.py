"""What a person does with members."""

import re

from playwright.async_api import expect

from laurels import members
from tests.support.browsing import check_accessibility, check_no_sideways_scroll


async def anna(house, **more):
    member_id = await house.member(balance=120, external_id="anna", **more)
    async with house.work() as work:
        values = {"first_name": "Anna", "last_name": "Lind", "email": "anna.lind@example.com"}
        await members.change(work, member_id, values)
    return member_id


async def test_a_member_is_found_and_points_are_added_after_a_preview(open_tab, house):
    await anna(house)
    tab = await open_tab("support")
    await tab.page.goto(f"{tab.address}/console/{tab.tenant}/members")

    await tab.page.get_by_role("searchbox").fill("ana.lind@example.com")
    await tab.page.get_by_role("link", name="Anna Lind").click()
    await tab.page.get_by_role("button", name="Adjust points").click()
    await tab.page.get_by_role("textbox", name="Points").fill("30")
    await tab.page.get_by_role("textbox", name="Reason").fill("She waited too long")
    await expect(tab.page.get_by_text("Afterwards 150 points can be spent.")).to_be_visible()
    await check_accessibility(tab.page)
    await tab.page.get_by_role("button", name="Add the points").click()

    await expect(tab.page.get_by_text("150 points").first).to_be_visible()
    await tab.page.get_by_role("tab", name="Points").click()
    await expect(tab.page.get_by_text("She waited too long")).to_be_visible()
    await check_accessibility(tab.page)
    await check_no_sideways_scroll(tab.page)


async def test_more_than_there_is_cannot_be_taken_and_the_server_says_so(open_tab, house):
    member_id = await anna(house)
    tab = await open_tab("support")
    from laurels.kit.values.ids import encode

    where = f"members/{encode('member', member_id)}?open=adjust"
    await tab.page.goto(f"{tab.address}/console/{tab.tenant}/{where}")
    await tab.page.get_by_text("Take points").click()
    await tab.page.get_by_role("textbox", name="Points").fill("500")
    await expect(tab.page.get_by_text(re.compile("available"))).to_be_visible()


async def test_a_member_is_enrolled_and_a_taken_address_is_told_at_its_field(open_tab, house):
    await anna(house)
    tab = await open_tab("manager")
    await tab.page.goto(f"{tab.address}/console/{tab.tenant}/members?open=enrol")

    await tab.page.get_by_label("First name").fill("Bo")
    await tab.page.get_by_label("E-mail address").fill("anna.lind@example.com")
    await tab.page.get_by_role("button", name="Enrol", exact=True).click()
    await expect(tab.page.get_by_label("E-mail address")).to_have_attribute("aria-invalid", "true")
    await tab.page.get_by_label("E-mail address").fill("bo@example.com")
    await tab.page.get_by_role("button", name="Enrol", exact=True).click()

    await expect(tab.page.get_by_role("heading", name="Bo", level=1)).to_be_visible()


async def test_the_list_is_readable_everywhere_and_a_cashier_may_not_adjust(open_tab, house):
    await anna(house)
    tab = await open_tab("cashier", language="de")
    await tab.page.goto(f"{tab.address}/console/{tab.tenant}/members")
    await expect(tab.page.get_by_role("link", name="Anna Lind")).to_be_visible()
    await check_accessibility(tab.page)
    await check_no_sideways_scroll(tab.page)
    await tab.page.get_by_role("link", name="Anna Lind").click()
    await expect(tab.page.get_by_role("button", name="Punkte anpassen")).to_be_disabled()
