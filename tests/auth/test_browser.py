"""Signing in with a browser: cookies, what they open, and what they must not."""

import asyncio

import httpx
import pytest

from laurels import auth
from laurels.kit.work import OPERATOR, PLATFORM, open_work
from tests.support.application import application
from tests.support.make import make_tenant
from tests.support.openapi import hold_to_the_document
from tests.support.people import PASSWORD, fresh_email, home, invited, joined, nobody

SIGN_IN = "/v1/auth/browser/sign-in"


def page_of(house):
    """What pages of this tenant send along."""
    return {"Laurels-Tenant": house.tenant.slug}


async def signed_in(client, email, **more):
    return await client.post(SIGN_IN, json={"email": email, "password": PASSWORD, **more})


def cookies_of(response):
    return {line.split("=", 1)[0]: line for line in response.headers.get_list("set-cookie")}


@pytest.fixture
async def browser(house):
    """A client that keeps cookies as a browser does, at an address of this machine."""
    transport = httpx.ASGITransport(
        app=application(house.database), raise_app_exceptions=False, client=(home(house), 4711)
    )
    async with httpx.AsyncClient(
        transport=transport, base_url="http://localhost",
        event_hooks={"response": [hold_to_the_document]},
    ) as client:  # fmt: skip
        yield client


async def test_tokens_are_in_cookies_that_no_script_reads(house, browser):
    anna = await joined(house, "manager")

    answer = await signed_in(browser, anna.email)

    assert answer.status_code == 200
    assert answer.json()["tenant"] == house.tenant.slug
    assert "lk_" not in answer.text
    access = cookies_of(answer)[f"laurels_access_{house.tenant.slug}"].lower()
    refresh = cookies_of(answer)[f"laurels_refresh_{house.tenant.slug}"].lower()
    assert "httponly" in access
    assert "samesite=lax" in access
    assert "path=/v1;" in access
    assert "path=/v1/auth/browser;" in refresh
    assert "httponly" in refresh
    assert "secure" not in access
    me = await browser.get("/v1/me", headers=page_of(house))
    assert (me.status_code, me.json()["email"]) == (200, anna.email)
    assert [place["slug"] for place in me.json()["tenants"]] == [house.tenant.slug]
    assert me.json()["tenant"]["time_zone"] == house.tenant.time_zone


async def test_cookies_travel_over_tls_alone_except_on_this_machine(house):
    anna = await joined(house, "manager")
    async with nobody(house) as client:
        answer = await signed_in(client, anna.email)
    assert all("secure" in line.lower() for line in cookies_of(answer).values())


async def test_a_cookie_without_the_tenant_opens_nothing(house, browser):
    anna = await joined(house, "manager")
    await signed_in(browser, anna.email)
    assert (await browser.get("/v1/me")).status_code == 401
    assert (await browser.get("/v1/me", headers={"Laurels-Tenant": "other"})).status_code == 401


@pytest.mark.parametrize(
    "foreign",
    [
        {"Origin": "https://evil.example"},
        {"Origin": "null"},
        {"Origin": "http://["},
        {"Origin": b"http://\xe9.example"},
        {"Sec-Fetch-Site": "cross-site", "Origin": "http://localhost"},
        {"Sec-Fetch-Site": "same-site", "Origin": "http://localhost"},
    ],
)
async def test_pages_of_other_sites_act_in_no_tenant(house, browser, foreign):
    anna = await joined(house, "manager")
    await signed_in(browser, anna.email)
    body = {"email": fresh_email("member")}
    refused = await browser.post("/v1/members", json=body, headers=page_of(house) | foreign)
    own = {"Origin": "http://localhost", "Sec-Fetch-Site": "same-origin"}
    allowed = await browser.post("/v1/members", json=body, headers=page_of(house) | own)
    assert (refused.status_code, allowed.status_code) == (401, 201)
    assert "another site" in refused.json()["detail"]


async def test_a_form_of_another_site_does_nothing(house, browser):
    anna = await joined(house, "manager")
    await signed_in(browser, anna.email)
    posted = await browser.post("/v1/members", data={"email": fresh_email()})
    assert posted.status_code in {401, 415}


async def test_two_tabs_stay_in_their_tenants(house, browser, database):
    other = await make_tenant(database)
    email = fresh_email()
    await joined(house, "owner", email)
    _, token = await invited(other, "cashier", email)
    joined_there = await browser.post(
        "/v1/auth/browser/accept-invitation",
        json={"token": token, "name": "Anna", "password": PASSWORD},
    )
    assert joined_there.json()["tenant"] == other.tenant.slug

    both = await signed_in(browser, email)
    assert both.json()["tenant"] is None
    assert len(both.json()["tenants"]) == 2
    assert not cookies_of(both)
    switched = await browser.post(
        "/v1/auth/browser/switch",
        json={"tenant": house.tenant.slug},
        headers={"Laurels-Tenant": other.tenant.slug},
    )
    assert switched.status_code == 200
    here, there = await asyncio.gather(
        browser.get("/v1/me", headers=page_of(house)),
        browser.get("/v1/me", headers={"Laurels-Tenant": other.tenant.slug}),
    )
    assert (here.json()["role"], here.json()["tenant"]["slug"]) == ("owner", house.tenant.slug)
    assert (there.json()["role"], there.json()["tenant"]["slug"]) == ("cashier", other.tenant.slug)
    elsewhere = await make_tenant(database)
    refused = await browser.post(
        "/v1/auth/browser/switch",
        json={"tenant": elsewhere.tenant.slug},
        headers=page_of(house),
    )
    assert refused.status_code == 401


async def test_a_session_is_exchanged_once_and_goes_on(house, browser):
    anna = await joined(house, "manager")
    await signed_in(browser, anna.email)
    before = dict(browser.cookies)

    first = await browser.post("/v1/auth/browser/refresh", headers=page_of(house))
    assert first.status_code == 200
    assert dict(browser.cookies) != before
    assert (await browser.get("/v1/me", headers=page_of(house))).status_code == 200
    # The other tab, which still sent the cookie of before.
    jar = "; ".join(f"{name}={value}" for name, value in before.items())
    async with nobody(house) as other_tab:
        raced = await other_tab.post(
            "/v1/auth/browser/refresh", headers=page_of(house) | {"Cookie": jar}
        )
    assert (raced.status_code, raced.json()["code"]) == (409, "refresh_raced")
    assert (await browser.get("/v1/me", headers=page_of(house))).status_code == 200


async def test_hot_routes_and_streams_know_the_browser_too(house, browser):
    anna = await joined(house, "cashier")
    await signed_in(browser, anna.email)
    bought = await browser.post(
        "/v1/purchases",
        json={"member": "m-1", "amount": "5.00", "currency": house.tenant.currency},
        headers=page_of(house) | {"Idempotency-Key": "sale-1"},
    )
    assert bought.status_code == 201
    assert (await browser.get("/v1/settings", headers=page_of(house))).status_code == 403


async def test_signing_out_and_removal_end_the_session(house, browser):
    owner, anna = await joined(house, "owner"), await joined(house, "manager")
    await signed_in(browser, anna.email)
    out = await browser.post("/v1/auth/browser/sign-out", headers=page_of(house))
    assert out.json()["sessions_ended"] == 1
    assert f"laurels_access_{house.tenant.slug}" not in dict(browser.cookies)
    await signed_in(browser, anna.email)
    async with nobody(house) as client:
        removed = await client.delete(f"/v1/staff/{anna.id}", headers=owner.headers)
    assert removed.status_code == 200
    assert (await browser.get("/v1/me", headers=page_of(house))).status_code == 401
    refreshed = await browser.post("/v1/auth/browser/refresh", headers=page_of(house))
    assert refreshed.status_code == 401


async def link_for(house, email):
    async with open_work(house.database, tenant_id=PLATFORM, actor=OPERATOR) as work:
        return await auth.make_staff_link(work, email=email, tenant=house.tenant.slug)


async def test_a_link_signs_in_once(house, browser):
    anna = await joined(house, "owner")
    token = (await link_for(house, anna.email)).partition("#token=")[2]
    wrong = await browser.post(
        "/v1/auth/browser/one-time", json={"token": token[:-1] + ("0" if token[-1] != "0" else "1")}
    )
    elsewhere = await browser.post(
        "/v1/auth/browser/sign-in",
        json={"email": anna.email, "password": PASSWORD},
        headers={"Origin": "https://evil.example"},
    )
    assert (elsewhere.status_code, cookies_of(elsewhere)) == (401, {})
    first = await browser.post("/v1/auth/browser/one-time", json={"token": token})
    second = await browser.post("/v1/auth/browser/one-time", json={"token": token})
    assert (first.status_code, first.json()["tenant"]) == (200, house.tenant.slug)
    assert (second.status_code, second.json()["code"]) == (422, "link_invalid")
    assert wrong.status_code == 422
    assert (await browser.get("/v1/me", headers=page_of(house))).json()["email"] == anna.email


async def test_a_link_of_somebody_removed_opens_nothing(house, browser):
    owner, anna = await joined(house, "owner"), await joined(house, "manager")
    token = (await link_for(house, anna.email)).partition("#token=")[2]
    async with nobody(house) as client:
        await client.delete(f"/v1/staff/{anna.id}", headers=owner.headers)
    refused = await browser.post("/v1/auth/browser/one-time", json={"token": token})
    assert refused.status_code == 422


async def test_an_operator_signs_in_with_a_link(house, browser):
    async with open_work(house.database, tenant_id=PLATFORM, actor=OPERATOR) as work:
        link = await auth.make_operator_link(work, name="Otto")
    token = link.partition("#token=")[2]
    answer = await browser.post("/v1/auth/browser/one-time", json={"token": token})
    assert answer.json()["tenant"] == "platform"
    platform = {"Laurels-Tenant": "platform"}
    me = await browser.get("/v1/me", headers=platform)
    assert (me.status_code, me.json()["actor_type"]) == (200, "operator")
    assert (await browser.get("/v1/platform/tenants", headers=platform)).status_code == 200
    assert (await browser.get("/v1/members", headers=platform)).status_code == 403
    out = await browser.post("/v1/auth/browser/sign-out", headers=platform)
    assert out.status_code == 200
    assert (await browser.get("/v1/me", headers=platform)).status_code == 401
