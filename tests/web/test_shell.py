"""The shell of the console: signing in, getting about, signing out."""

import re

import pytest
from playwright.async_api import expect

from laurels import auth
from laurels.auth import invitation_link
from laurels.kit.work import OPERATOR, PLATFORM, open_work
from tests.support.browsing import check_accessibility, check_no_sideways_scroll
from tests.support.make import make_tenant
from tests.support.people import PASSWORD, fresh_email, joined


async def enter(page, email, password=PASSWORD):
    await page.get_by_label("E-mail address").fill(email)
    await page.locator("input[type=password]").fill(password)
    await page.get_by_role("button", name="Sign in").click()


async def test_a_person_signs_in_and_gets_where_they_wanted(open_tab, house):
    anna = await joined(house, "owner")
    tab = await open_tab(None)
    tab.expect("401")

    await tab.page.goto(f"{tab.address}/console/{house.tenant.slug}/members?status=blocked")
    await enter(tab.page, anna.email, "not her password")
    await expect(tab.page.get_by_role("alert")).to_contain_text("password")
    await enter(tab.page, anna.email)

    await expect(tab.page).to_have_url(re.compile(r"/members\?status="))
    await expect(tab.page.get_by_role("heading", name="Members", level=1)).to_be_visible()
    await check_accessibility(tab.page)


async def test_who_is_invited_joins_and_is_inside(open_tab, house):
    async with house.work() as work:
        made = await auth.invite(work, email=fresh_email("ines"), role=auth.Role.MANAGER)
    link = invitation_link(house.tenant.id, made.invitation_id).partition("/console")[2]
    tab = await open_tab(None)

    await tab.page.goto(f"{tab.address}/console{link}")
    await check_accessibility(tab.page)
    await check_no_sideways_scroll(tab.page)
    await tab.page.get_by_label("Your name").fill("Ines Inder")
    await tab.page.get_by_label("Choose a password").fill(PASSWORD)
    await tab.page.get_by_role("button", name="Join").click()

    await expect(tab.page).to_have_url(re.compile(rf"/console/{house.tenant.slug}$"))
    await tab.page.get_by_role("button", name="Your account").click()
    await expect(tab.page.get_by_text("Ines Inder")).to_be_visible()


async def test_a_person_goes_from_tenant_to_tenant_and_stays_in_each(open_tab, house, database):
    other = await make_tenant(database)
    email = fresh_email()
    here, _ = await joined(house, "owner", email), await joined(other, "cashier", email)
    tab = await open_tab(None)

    tab.expect("401")
    await tab.page.goto(f"{tab.address}/console/{house.tenant.slug}/members")
    await enter(tab.page, here.email)
    await tab.page.get_by_role("button", name=house.tenant.name).click()
    await tab.page.get_by_role("menuitem", name=other.tenant.name).click()

    await expect(tab.page).to_have_url(re.compile(rf"/console/{other.tenant.slug}/members$"))
    first = await tab.context.new_page()
    await first.goto(f"{tab.address}/console/{house.tenant.slug}/members")
    await expect(first.get_by_role("button", name=house.tenant.name)).to_be_visible()
    await expect(tab.page.get_by_role("button", name=other.tenant.name)).to_be_visible()


async def test_an_address_of_a_tenant_that_one_has_no_part_in_opens_nothing(open_tab, database):
    foreign = await make_tenant(database)
    tab = await open_tab("owner")
    tab.expect("401")

    await tab.page.goto(f"{tab.address}/console/{foreign.tenant.slug}/members")

    await expect(tab.page.get_by_role("heading", name="Sign in")).to_be_visible()


async def test_everything_is_reached_by_keyboard(open_tab):
    tab = await open_tab("owner")
    await tab.page.goto(f"{tab.address}/console/{tab.tenant}/account")
    await expect(tab.page.get_by_role("heading", level=1)).to_be_visible()

    await tab.page.keyboard.press("Control+k")
    await tab.page.get_by_placeholder("A screen, a member, an id…").fill("members")
    await tab.page.keyboard.press("Enter")

    await expect(tab.page).to_have_url(re.compile(r"/members$"))
    await expect(tab.page.get_by_placeholder("A screen, a member, an id…")).to_be_hidden()
    await tab.page.keyboard.press("?")
    await expect(tab.page.get_by_role("dialog", name="Keyboard")).to_be_visible()


async def test_a_session_that_ended_elsewhere_leads_to_signing_in(open_tab, house):
    anna = await joined(house, "manager")
    tab = await open_tab(None)
    tab.expect("401")
    await tab.page.goto(f"{tab.address}/console/{house.tenant.slug}/account")
    await enter(tab.page, anna.email)
    await expect(tab.page.get_by_role("heading", name="Password and sessions")).to_be_visible()
    await check_accessibility(tab.page)
    await check_no_sideways_scroll(tab.page)

    async with house.work() as work:
        await auth.remove(work, anna.staff_id)
    await tab.page.reload()

    await expect(tab.page.get_by_role("heading", name="Sign in")).to_be_visible()


@pytest.mark.parametrize("language", ["de", "en"])
async def test_an_operator_comes_in_by_a_link_that_works_once(open_tab, database, language):
    async with open_work(database, tenant_id=PLATFORM, actor=OPERATOR) as work:
        link = await auth.make_operator_link(work, name="Otto")
    path = link[link.index("/console") :]
    tab = await open_tab(None, language=language)

    await tab.page.goto(f"{tab.address}{path}")
    await expect(tab.page).to_have_url(re.compile(r"/console/platform$"))
    again = await open_tab(None, language=language)
    again.expect("422")
    await again.page.goto(f"{tab.address}{path}")
    await expect(again.page.get_by_role("alert")).to_be_visible()
