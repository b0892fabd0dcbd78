"""The operators' side: tenants, plans, settings of the platform, and how everything is doing."""

import re

import pytest
from playwright.async_api import expect

from laurels import auth
from laurels.kit.work import OPERATOR, PLATFORM, open_work
from tests.support.browsing import check_accessibility, check_no_sideways_scroll


@pytest.fixture
async def platform(open_tab, database):
    """A tab where an operator is signed in."""
    async with open_work(database, tenant_id=PLATFORM, actor=OPERATOR) as work:
        link = await auth.make_operator_link(work, name="Otto")
    tab = await open_tab(None)
    await tab.page.goto(f"{tab.address}{link[link.index('/console') :]}")
    await expect(tab.page).to_have_url(re.compile(r"/console/platform$"))
    tab.tenant = "platform"
    return tab


async def test_an_operator_creates_a_tenant_and_invites_its_owner(platform, house):
    page = await platform.open("tenants?open=new")
    form = page.get_by_role("dialog")
    await form.get_by_role("textbox", name="Name", exact=True).fill(f"Café {house.tenant.slug}")
    await expect(form.get_by_role("textbox", name="Short name")).to_have_value(
        f"cafe-{house.tenant.slug}"
    )
    await form.get_by_role("radio", name="A shop").check()
    await form.get_by_role("textbox", name="E-mail of the owner").fill("ada@example.com")
    await check_accessibility(page)
    await form.get_by_role("button", name="Create the tenant").click()
    await expect(form).to_contain_text("is on its way to ada@example.com")
    await expect(form).to_contain_text("lk_live_")

    await form.get_by_role("link", name="Go to the tenant").click()
    await expect(page.get_by_role("heading", name=f"Café {house.tenant.slug}")).to_be_visible()
    await platform.at_rest()
    await check_accessibility(page)
    await check_no_sideways_scroll(page)


async def test_a_tenant_is_suspended_and_its_staff_is_told(platform, open_tab, house):
    await house.member(balance=5)
    page = await platform.open(f"tenants?search={house.tenant.slug}")
    await page.get_by_role("link", name=house.tenant.name).click()
    await page.get_by_role("button", name="Suspend…").click()
    dialog = page.get_by_role("dialog")
    await expect(dialog).to_contain_text("nothing is earned, spent or redeemed")
    await dialog.get_by_role("textbox", name="Reason").fill("unpaid")
    await dialog.get_by_role("button", name="Suspend the tenant").click()
    await expect(page.get_by_text("The tenant is suspended.")).to_be_visible()

    staff = await open_tab("manager", width=390)
    told = (await staff.open("members")).get_by_text("This tenant is suspended")
    await expect(told).to_be_visible()
    await check_accessibility(staff.page)
    await page.get_by_role("button", name="Resume…").click()
    await page.get_by_role("button", name="Resume the tenant").click()
    await expect(page.get_by_text("The tenant goes on.")).to_be_visible()
    await staff.page.reload()
    await staff.at_rest()
    await expect(told).to_have_count(0)


async def test_a_plan_is_made_and_edited_by_one_at_a_time(platform, house):
    page = await platform.open("plans?open=new")
    code = f"p-{house.tenant.slug[-20:]}".lower()
    dialog = page.get_by_role("dialog")
    await dialog.get_by_role("textbox", name="Name").fill("Small")
    await dialog.get_by_role("textbox", name="Code").fill(code)
    await dialog.get_by_role("textbox", name="Earning rules").fill("3")
    await dialog.get_by_role("button", name="Create the plan").click()
    row = page.get_by_role("row").filter(has_text=code)
    await expect(row).to_contain_text("at most 3 earning rules")

    await row.get_by_role("button", name="Small").click()
    other = platform.context.request
    changed = await other.put(
        f"{platform.address}/v1/platform/plans/{code}",
        data={"name": "Tiny", "limits": {"earning_rules": 2}},
        headers={"Laurels-Tenant": "platform", "Origin": platform.address},
    )
    assert changed.ok, await changed.text()
    platform.expect("409")
    await dialog.get_by_role("textbox", name="Earning rules").fill("4")
    await dialog.get_by_role("button", name="Save").click()
    await expect(dialog.get_by_role("alert")).to_contain_text("Someone else saved this meanwhile")
    await check_accessibility(page)


async def test_a_setting_of_the_platform_is_changed_and_has_a_history(platform):
    page = await platform.open("settings")
    await page.get_by_role("button", name="Tenants, at most").click()
    dialog = page.get_by_role("dialog")
    field = dialog.get_by_role("textbox", name="Tenants, at most")
    await field.fill("9999")
    await expect(dialog.get_by_text("10,000 becomes 9,999")).to_be_visible()
    await dialog.get_by_role("button", name="Save").click()
    await expect(dialog.get_by_role("cell", name="9,999")).to_be_visible()
    await check_accessibility(page)
    await dialog.get_by_role("button", name="Reset to the default").click()
    await dialog.get_by_role("button", name="Save").click()
    await expect(dialog.get_by_role("cell", name="10,000")).to_be_visible()


async def test_health_is_told_in_words(platform):
    page = await platform.open("")
    await expect(page.get_by_role("heading", name="Health")).to_be_visible()
    await expect(page.get_by_role("row").filter(has_text="Webhooks, mails")).to_be_visible()
    await expect(page.get_by_text("Largest tables")).to_be_visible()
    await check_accessibility(page)
    await check_no_sideways_scroll(page)
