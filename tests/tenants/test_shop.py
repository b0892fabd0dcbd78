"""The preset `shopify`: a shop's settings, with its defaults, and what follows when they change."""

import asyncio
from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from laurels import settlement
from laurels.settlement import birthdays
from tests.support.make import make_tenant

SHOP = {
    "branding": {"brand_color": "#8B5CF6"},
    "earning": {
        "points_per_dollar": "1.00",
        "welcome_points": 100,
        "points_payments_earn": False,
        "birthday_known_days": 0,
    },
    "ledger": {"points_expire_enabled": False, "points_expire_days": 365},
    "loyalty": {"loyalty_enabled": True, "loyalty_program_name": "Loyalty Program"},
    "notifications": {"email_notifications_enabled": True, "sms_notifications_enabled": False},
    "referrals": {"referral_points_referrer": 500, "referral_points_referee": 250},
}


@pytest.fixture
async def house(database):
    """A shop."""
    return await make_tenant(database, preset="shopify")


async def change(client, section, **values):
    return await client.patch(f"/v1/settings/{section}", json=values)


async def rules(client):
    rows = (await client.get("/v1/earning-rules", params={"limit": 100})).json()["data"]
    return {row["name"]: row for row in rows}


async def managed(client, setting):
    return next(r for r in (await rules(client)).values() if r["managed_by"] == setting)


async def buy(client, member="anna", amount="10.00", **more):
    body = {"member": member, "amount": amount, "currency": "USD", **more}
    answer = await client.post("/v1/purchases", json=body)
    assert answer.status_code in {200, 201}, answer.text
    return answer.json()


async def wallet_of(client, name):
    member = (await client.get("/v1/members", params={"external_id": name})).json()["data"][0]
    return (await client.get(f"/v1/members/{member['id']}/wallets")).json()["data"][0]


async def ledger_of(client, name):
    member = (await client.get("/v1/members", params={"external_id": name})).json()["data"][0]
    rows = (await client.get(f"/v1/members/{member['id']}/transactions")).json()["data"]
    return [(r["type"], r["source"], r["points"], r["balance_after"]) for r in rows[::-1]]


# What a shop has ---------------------------------------------------------------------------------


async def test_a_shop_has_its_settings_with_their_defaults(client):
    told = (await client.get("/v1/settings")).json()["data"]

    found = {section["section"]: section["values"] for section in told}
    assert {name: found[name] for name in SHOP} == SHOP


async def test_a_shop_has_two_rules_that_settings_keep_and_samples(client):
    found = {
        name: (rule["trigger"], rule["status"], rule["managed_by"])
        for name, rule in (await rules(client)).items()
    }

    assert found == {
        "Points per unit of currency": (
            "purchase.completed", "active", "earning.points_per_dollar",
        ),
        "Welcome": ("member.enrolled", "active", "earning.welcome_points"),
        "Birthday bonus of the tier": ("member.birthday", "active", None),
        "A review": ("activity.recorded", "paused", None),
        "A share": ("activity.recorded", "paused", None),
    }  # fmt: skip


# The scenarios -----------------------------------------------------------------------------------


async def test_a_new_customer_gets_100_welcome_points_once(client):
    await client.post("/v1/members", json={"external_id": "anna", "email": "a@example.com"})
    await client.post("/v1/members", json={"external_id": "anna", "first_name": "Anna"})

    assert await ledger_of(client, "anna") == [("bonus", "signup", 100, 100)]


async def test_less_than_a_dollar_and_guests_earn_nothing(client):
    little = await buy(client, amount="0.99")
    guest = await buy(client, member=None)

    assert (little["points"], guest["points"]) == (0, 0)
    assert guest["status"] == "completed"
    assert await ledger_of(client, "anna") == [("bonus", "signup", 100, 100)]


async def test_an_adjustment_never_goes_below_zero(client):
    await change(client, "earning", welcome_points=0)
    await client.post("/v1/members", json={"external_id": "anna"})
    wallet = await wallet_of(client, "anna")
    path = f"/v1/wallets/{wallet['id']}"

    added = await client.post(f"{path}/credit", json={"points": 50, "reason": "goodwill"})
    taken = await client.post(f"{path}/debit", json={"points": 51, "reason": "mistake"})

    assert added.json()["wallet"]["balance"] == 50
    assert (taken.status_code, taken.json()["code"]) == (409, "insufficient_points")
    assert await ledger_of(client, "anna") == [("adjusted", "manual", 50, 50)]


async def test_lifetime_totals_go_on_from_where_they_were(client):
    await change(client, "earning", welcome_points=0)
    # The first purchase brings Silver, which would multiply the second.
    await change(client, "tiers", multipliers_enabled=False)
    await buy(client, amount="2500.00")
    wallet = await wallet_of(client, "anna")
    spend = {"points": 1250, "source": "redemption"}
    await client.post(f"/v1/wallets/{wallet['id']}/debit", json=spend)
    await buy(client, amount="100.00")

    after = await wallet_of(client, "anna")

    assert (after["balance"], after["lifetime_earned"], after["lifetime_redeemed"]) == (
        1350, 2600, 1250,
    )  # fmt: skip


# Settings are followed ---------------------------------------------------------------------------


async def test_another_rate_is_a_new_version_and_the_next_purchase_earns_by_it(client):
    before = await buy(client)
    answer = await change(client, "earning", points_per_dollar="2.5")
    after = await buy(client)

    rule = await managed(client, "earning.points_per_dollar")
    assert answer.json()["values"]["points_per_dollar"] == "2.50"
    assert (before["points"], after["points"]) == (10, 25)
    assert (rule["version"], rule["award"]) == (2, {"type": "points_per_money", "rate": "2.50",
                                                    "lines": None, "base": "amount"})  # fmt: skip
    assert after["award"]["effects"][0]["version"] == 2
    path = f"/v1/purchases/{before['id']}"
    assert (await client.get(path)).json()["award"] == before["award"]


async def test_other_welcome_points_are_for_who_joins_from_now_on(client):
    await client.post("/v1/members", json={"external_id": "anna"})
    await change(client, "earning", welcome_points=7)
    await client.post("/v1/members", json={"external_id": "bo"})

    assert (await ledger_of(client, "anna"))[0][2] == 100
    assert (await ledger_of(client, "bo"))[0][2] == 7


@pytest.mark.parametrize("nothing", [0, None])
async def test_nothing_pauses_the_rule_and_something_resumes_it(client, nothing):
    await change(client, "earning", points_per_dollar=nothing)
    paused = await managed(client, "earning.points_per_dollar")
    without = await buy(client)
    await change(client, "earning", points_per_dollar=1)
    resumed = await managed(client, "earning.points_per_dollar")
    again = await buy(client)

    assert (paused["status"], without["points"]) == ("paused", 0)
    assert (resumed["status"], again["points"]) == ("active", 10)


async def test_a_change_is_audited_with_what_followed(client):
    answer = await change(client, "earning", welcome_points=5)

    log = (await client.get("/v1/audit-log", params={"limit": 10})).json()["data"]
    request = answer.headers["x-request-id"]
    assert {entry["action"] for entry in log if entry["request_id"] == request} == {
        "tenant.settings_changed", "earning.rule_changed",
    }  # fmt: skip
    history = (await client.get("/v1/settings/earning/history")).json()["data"]
    assert [row["values"]["welcome_points"] for row in history] == [5, 100]


async def test_the_same_value_again_changes_no_rule(client):
    await change(client, "earning", welcome_points=100, points_per_dollar="1.0000")

    assert (await managed(client, "earning.welcome_points"))["version"] == 1
    assert (await managed(client, "earning.points_per_dollar"))["version"] == 1


async def test_changes_at_once_end_with_the_rule_that_the_setting_says(client):
    await asyncio.gather(*(change(client, "earning", welcome_points=n) for n in range(1, 7)))

    said = (await client.get("/v1/settings/earning")).json()["values"]["welcome_points"]
    rule = await managed(client, "earning.welcome_points")
    assert (rule["award"]["points"], rule["version"]) == (said, 7)


# Managed rules -----------------------------------------------------------------------------------


def as_sent(rule, **more):
    """A rule as it would be sent to replace it."""
    out = ("id", "version", "status", "managed_by", "missing_facts", "created_at",
           "actor_type", "actor_id")  # fmt: skip
    return {**{name: value for name, value in rule.items() if name not in out}, **more}


@pytest.mark.parametrize(
    "more",
    [
        {"award": {"type": "points_per_money", "rate": "3"}},
        {"award": {"type": "fixed", "points": 1}},
        {"trigger": "member.enrolled", "award": {"type": "fixed", "points": 1}},
    ],
)
async def test_a_managed_rule_does_not_give_what_its_setting_does_not_say(client, more):
    rule = await managed(client, "earning.points_per_dollar")

    answer = await client.put(f"/v1/earning-rules/{rule['id']}", json=as_sent(rule, **more))

    problem = answer.json()
    assert (answer.status_code, problem["code"]) == (409, "rule_managed")
    assert problem["setting"] == "earning.points_per_dollar"
    assert "PATCH /v1/settings/earning" in problem["detail"]


@pytest.mark.parametrize("verb", ["pause", "resume", "archive", "restore"])
async def test_whether_a_managed_rule_is_in_force_is_its_settings_matter(client, verb):
    rule = await managed(client, "earning.welcome_points")

    answer = await client.post(f"/v1/earning-rules/{rule['id']}/{verb}")

    assert (answer.status_code, answer.json()["code"]) == (409, "rule_managed")
    assert (await managed(client, "earning.welcome_points"))["status"] == "active"


async def test_the_rest_of_a_managed_rule_is_the_shops_and_stays_when_the_setting_changes(client):
    rule = await managed(client, "earning.points_per_dollar")
    mine = as_sent(
        rule,
        name="Points for wine",
        caps=[{"period": "event", "points": 40}],
        award={
            "type": "points_per_money", "rate": "1.0",
            "lines": {"field": "category", "op": "eq", "value": "wine"},
            "base": "net_amount",
        },
    )  # fmt: skip

    replaced = await client.put(f"/v1/earning-rules/{rule['id']}", json=mine)
    await change(client, "earning", points_per_dollar="3")
    line = {"category": "wine", "unit_price": "12.00"}
    bought = await buy(client, amount="20.00", lines=[line])
    capped = await buy(client, amount="50.00", lines=[{**line, "unit_price": "50.00"}])

    assert replaced.status_code == 200, replaced.text
    after = await managed(client, "earning.points_per_dollar")
    assert (after["name"], after["award"]["rate"]) == ("Points for wine", "3.00")
    assert after["award"]["base"] == "net_amount"
    assert (bought["points"], capped["points"]) == (36, 40)


# Expiry ------------------------------------------------------------------------------------------


async def lots(client, name):
    wallet = await wallet_of(client, name)
    rows = (await client.get(f"/v1/wallets/{wallet['id']}/lots")).json()["data"]
    return [(row["remaining"], row["expires_at"][:10]) for row in rows]


async def test_expiry_is_for_points_that_are_earned_from_now_on(client):
    await buy(client, occurred_at="2026-01-01T12:00:00Z", external_id="1")
    await change(client, "ledger", points_expire_enabled=True)
    first = await buy(client, occurred_at="2026-01-02T12:00:00Z", external_id="2")
    await change(client, "ledger", points_expire_days=730)
    await buy(client, occurred_at="2026-01-03T12:00:00Z", external_id="3")
    await change(client, "ledger", points_expire_enabled=False)
    await buy(client, occurred_at="2026-01-04T12:00:00Z", external_id="4")

    assert first["points"] == 10
    assert await lots(client, "anna") == [(10, "2027-01-03"), (10, "2028-01-04")]
    assert (await wallet_of(client, "anna"))["balance"] == 140


async def test_the_default_program_says_what_the_settings_say(client):
    program = (await client.get("/v1/programs")).json()["data"][0]
    path = f"/v1/programs/{program['id']}"
    refused = await client.patch(path, json={"expiry_days": 30})
    await change(client, "ledger", points_expire_enabled=True, points_expire_days=90)
    followed = (await client.get(path)).json()
    same = await client.patch(path, json={"expiry_days": 90, "unit_name": "stars"})
    other = await client.patch(path, json={"expiry_days": None})
    released = await change(client, "ledger", points_expire_enabled=None)
    free = await client.patch(path, json={"expiry_days": 30})

    assert (program["expiry_days"], followed["expiry_days"]) == (None, 90)
    assert (refused.status_code, refused.json()["setting"]) == (
        409, "ledger.points_expire_enabled",
    )  # fmt: skip
    assert (other.status_code, other.json()["setting"]) == (409, "ledger.points_expire_days")
    assert {same.status_code, released.status_code, free.status_code} == {200}


async def test_whichever_program_is_the_default_follows(client):
    await change(client, "ledger", points_expire_enabled=True, points_expire_days=90)
    made = await client.post("/v1/programs", json={"name": "Stars", "expiry_days": 10})
    path = f"/v1/programs/{made.json()['id']}"
    another = await client.post("/v1/programs", json={"name": "Suns", "is_default": True})

    chosen = await client.patch(path, json={"is_default": True})
    both = await client.post(
        "/v1/programs", json={"name": "Moons", "is_default": True, "expiry_days": 5}
    )

    assert another.json()["expiry_days"] == 90
    assert (chosen.json()["is_default"], chosen.json()["expiry_days"]) == (True, 90)
    assert (both.status_code, both.json()["code"]) == (409, "program_managed")


async def test_points_cannot_lapse_before_they_are_ripe(client):
    program = (await client.get("/v1/programs")).json()["data"][0]
    await client.patch(f"/v1/programs/{program['id']}", json={"maturity_days": 30})

    answer = await change(client, "ledger", points_expire_enabled=True, points_expire_days=30)

    assert (answer.status_code, answer.json()["errors"][0]["field"]) == (
        422, "points_expire_days",
    )  # fmt: skip
    assert (await client.get("/v1/settings/ledger")).json()["values"] == SHOP["ledger"]


# Samples -----------------------------------------------------------------------------------------


async def test_a_sample_is_resumed_and_earns(client):
    rule = (await rules(client))["A review"]
    await change(client, "earning", welcome_points=0)
    review = {"member": "anna", "kind": "review"}
    before = (await client.post("/v1/activities", json=review)).json()
    await client.post(f"/v1/earning-rules/{rule['id']}/resume")

    after = (await client.post("/v1/activities", json=review)).json()

    assert (before["points"], after["points"]) == (0, 50)


async def test_a_birthday_earns_nothing_where_the_tier_gives_none(client, house):
    async with house.work() as work:
        await settlement.enrol(work, {"external_id": "anna", "birthday": date(1990, 3, 3)})
    house.later(days=1)
    async with house.work() as work:
        assert await birthdays.celebrate(work, limit=10) == 1

    activity = (await client.get("/v1/activities")).json()["data"][0]
    why = (await client.get(f"/v1/activities/{activity['id']}/why")).json()
    assert [(rule["name"], rule["outcome"]) for rule in why["rules"]] == [
        ("Birthday bonus of the tier", "zero")
    ]


# Whatever is sent --------------------------------------------------------------------------------

NUMBERS = st.one_of(
    st.none(), st.booleans(), st.integers(-5, 10**12), st.text(max_size=8),
    st.decimals(-10, 10**8, places=5).map(str), st.floats(-1, 10**7, allow_nan=False),
)  # fmt: skip


@settings(max_examples=25)
@given(
    values=st.dictionaries(
        st.sampled_from(["points_per_dollar", "welcome_points"]), NUMBERS, min_size=1
    )
)
async def test_settings_and_rules_never_say_two_things(client, values):
    answer = await client.patch("/v1/settings/earning", json=values)

    assert answer.status_code in {200, 422}, answer.text
    said = (await client.get("/v1/settings/earning")).json()["values"]
    rate = await managed(client, "earning.points_per_dollar")
    welcome = await managed(client, "earning.welcome_points")
    for rule, value, name in (
        (rate, said["points_per_dollar"], "rate"),
        (welcome, said["welcome_points"], "points"),
    ):
        gives = bool(value) and float(value) > 0
        assert rule["status"] == ("active" if gives else "paused")
        if gives:
            assert str(rule["award"][name]) == str(value)


# A plain tenant ----------------------------------------------------------------------------------


async def test_a_plain_tenant_may_use_the_settings_too(database):
    plain = await make_tenant(database)
    async with plain.work() as work:
        from laurels import tenants

        await tenants.change_section(work, "earning", {"welcome_points": 10})
        await settlement.enrol(work, {"external_id": "anna"})
        row = await work.fetchrow(
            "select source, points from laurels.point_transactions where tenant_id = $1",
            work.tenant_id,
        )
    assert tuple(row) == ("signup", 10)


# Tiers -------------------------------------------------------------------------------------------


async def test_a_birthday_earns_what_the_tier_gives(client, house):
    tiers = {t["name"]: t for t in (await client.get("/v1/tiers")).json()["data"]}
    bonus = {"birthday_bonus_points": 250}
    changed = await client.patch(f"/v1/tiers/{tiers['Bronze']['id']}", json=bonus)
    assert changed.status_code == 200, changed.text
    await change(client, "earning", welcome_points=0)
    async with house.work() as work:
        await settlement.enrol(work, {"external_id": "anna", "birthday": date(1990, 3, 3)})
    house.later(days=1)
    async with house.work() as work:
        await birthdays.celebrate(work, limit=10)

    assert await ledger_of(client, "anna") == [("bonus", "birthday", 250, 250)]
    assert [(name, tiers[name]["level"]) for name in tiers] == [
        ("Bronze", 1), ("Silver", 2), ("Gold", 3), ("Platinum", 4),
    ]  # fmt: skip
