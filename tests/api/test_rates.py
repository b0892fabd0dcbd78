"""Rate limits: how often a key may ask, and how often an address may be wrong."""

import asyncio

import pytest

from laurels import auth, tenants
from laurels.kit.http import rate_limits
from laurels.kit.http.rate_limits import Bucket, Rates
from tests.support.asking import asking
from tests.support.make import make_tenant

WRONG = "lk_live_" + "0" * 84


async def statuses(client, count, **options):
    return [(await client.get("/v1/members", **options)).status_code for _ in range(count)]


async def test_a_key_that_asks_too_often_is_told_when_to_come_back(house):
    async with asking(house, requests_per_second=5) as client:
        # At once: who asks one after the other on a slow machine is given new tokens meanwhile.
        answers = await asyncio.gather(*(client.get("/v1/members") for _ in range(20)))

    refused = next(answer for answer in answers if answer.status_code != 200)
    assert 5 <= [answer.status_code for answer in answers].count(200) < 12
    assert refused.status_code == 429
    assert refused.headers["retry-after"] == "1"
    assert refused.headers["ratelimit-policy"] == '"key";q=5;w=1'
    assert refused.headers["ratelimit"] == '"key";r=0;t=1'
    assert refused.headers["content-type"] == "application/problem+json"
    assert refused.json()["code"] == "rate_limited"
    assert refused.json()["request_id"] == refused.headers["x-request-id"]


async def test_writes_count_before_anything_is_booked(house):
    purchase = {"member": "anna", "amount": "10.00", "currency": "USD"}

    async with asking(house, requests_per_second=3) as client:
        found = [(await client.post("/v1/purchases", json=purchase)) for _ in range(12)]

    made = [answer for answer in found if answer.status_code == 201]
    async with house.work() as work:
        booked = await work.fetchrow(
            "select count(*) from laurels.purchases where tenant_id = $1", house.tenant.id
        )
    assert {answer.status_code for answer in found} == {201, 429}
    assert booked[0] == len(made)


async def test_one_key_does_not_wait_for_another(house):
    async with asking(house, requests_per_second=2) as client:
        await statuses(client, 10)

        async with asking(house, requests_per_second=2) as other:
            assert await statuses(other, 2) == [200, 200]


async def test_test_tenants_have_no_limit_once_they_are_known(database):
    house = await make_tenant(database, test=True)

    async with asking(house, requests_per_second=2) as client:
        first = await client.get("/v1/members")
        found = await statuses(client, 20)

    assert "ratelimit" not in first.headers
    assert set(found) == {200}


@pytest.mark.parametrize(("own", "ceiling", "expected"), [
    (None, None, None), (0, None, 0), (7, None, 7), (7, 3, 3), (3, 7, 3), (0, 7, 7), (None, 7, 7),
])  # fmt: skip
async def test_the_setting_counts_up_to_the_ceiling_of_the_plan(house, own, ceiling, expected):
    async with house.work(dry_run=True) as work:
        work.memo[tenants.PlanLimits] = tenants.PlanLimits(requests_per_second=ceiling)
        work.memo[tenants.ApiSettings] = tenants.ApiSettings(requests_per_second=own)

        assert await tenants.requests_per_second(work) == expected


async def test_a_changed_setting_is_learnt(house, monkeypatch):
    monkeypatch.setattr(rate_limits, "LEARN_EVERY", -1.0)

    async with asking(house, requests_per_second=1000) as client:
        before = await client.get("/v1/members")
        changed = await client.patch("/v1/settings/api", json={"requests_per_second": 2})
        after = await client.get("/v1/members")

    assert before.headers["ratelimit-policy"] == '"key";q=1000;w=1'
    assert changed.status_code == 200
    assert after.headers["ratelimit-policy"] == '"key";q=2;w=1'


async def test_wrong_keys_shut_an_address_out_but_not_the_keys_known_there(house):
    wrong = {"Authorization": f"Bearer {WRONG}"}

    async with asking(house, failures_per_minute=3) as client:
        known = await client.get("/v1/members")
        found = await statuses(client, 5, headers=wrong)
        refused = await client.get("/v1/members", headers=wrong)
        still = await client.get("/v1/members")

    assert (known.status_code, still.status_code) == (200, 200)
    assert found == [401, 401, 401, 429, 429]
    assert refused.json()["code"] == "too_many_failures"
    assert 1 <= int(refused.headers["retry-after"]) <= 20


@pytest.mark.parametrize(
    ("change", "code"),
    [("revoked_at = now()", "key_revoked"), ("expires_at = now()", "key_expired")],
)
async def test_a_key_that_ended_shuts_nobody_out_and_keeps_its_limit(house, change, code):
    """It was right once, so nobody is guessing: another till of the shop may come from there."""
    async with asking(house, failures_per_minute=1, requests_per_second=5) as client:
        await client.get("/v1/members")
        async with house.work() as work:
            made = await auth.create_key(work, name="new", test=False)
            await work.fetch(
                f"update laurels.api_keys set {change} where tenant_id = $1 and id <> $2",
                house.tenant.id, made.id,
            )  # fmt: skip
        found = await asyncio.gather(*(client.get("/v1/members") for _ in range(20)))
        other = await client.get("/v1/members", headers={"Authorization": f"Bearer {made.key}"})

    assert {answer.json()["code"] for answer in found} == {code, "rate_limited"}
    assert other.status_code == 200


def test_an_address_of_ipv6_is_the_network_of_one_customer():
    found = Rates(failures_per_minute=1)

    found.fail("a", "2001:db8:1:2::17")

    assert found.shut_out(found.entry("b"), "2001:db8:1:2:ffff::1") is not None
    assert found.shut_out(found.entry("b"), "2001:db8:1:3::17") is None


def test_who_comes_by_ipv4_to_a_server_on_ipv6_is_counted_alone():
    found = Rates(failures_per_minute=1)

    found.fail("a", "::ffff:192.0.2.17")

    assert found.shut_out(found.entry("b"), "192.0.2.17") is not None
    assert found.shut_out(found.entry("b"), "::ffff:192.0.2.18") is None


def test_a_bucket_fills_at_its_pace_and_never_over_its_edge():
    bucket = Bucket(rate=10, burst=10, now=0.0)

    assert [bucket.take(0.0) for _ in range(11)] == [True] * 10 + [False]
    assert bucket.take(0.1)
    assert not bucket.take(0.1)
    assert bucket.fill(1000.0) == 10


def test_a_flood_of_strangers_is_forgotten_and_known_keys_are_not(monkeypatch):
    monkeypatch.setattr(rate_limits, "MAX_BUCKETS", 100)
    found = Rates(usual=10)
    found.entry("friend")
    found.learn("friend", rate=None, tenant="ten_1", actor="key_1")

    for number in range(1000):
        found.entry(f"stranger {number}")

    assert len(found._entries) <= 100


async def test_a_burst_may_be_longer_than_a_second(house):
    async with asking(house, requests_per_second=2, burst_seconds=3) as client:
        answers = [await client.get("/v1/members") for _ in range(8)]

    assert [answer.status_code for answer in answers[:6]] == [200] * 6
    assert answers[0].headers["ratelimit-policy"] == '"key";q=6;w=3'
    assert 429 in {answer.status_code for answer in answers[6:]}
