"""Settings by section: their defaults, what they refuse, and what follows from a change."""

from typing import ClassVar

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import Field

from laurels import tenants
from laurels.tenants import settings as sections_of
from tests.support.make import make_tenant

SHOP = {
    "branding": {"brand_color": "#8B5CF6"},
    "loyalty": {"loyalty_enabled": True, "loyalty_program_name": "Loyalty Program"},
    "notifications": {"email_notifications_enabled": True, "sms_notifications_enabled": False},
    "referrals": {"referral_points_referrer": 500, "referral_points_referee": 250},
}


async def test_all_sections_are_read_at_once_with_their_defaults(client):
    answer = (await client.get("/v1/settings")).json()["data"]

    found = {section["section"]: section["values"] for section in answer}
    assert {name: found[name] for name in SHOP} == SHOP
    assert list(found) == sorted(tenants.sections())


@pytest.mark.parametrize(
    ("section", "name", "value"),
    [
        ("branding", "brand_color", "#ff0080"),
        ("loyalty", "loyalty_program_name", "Café Règles ☕"),
        ("notifications", "sms_notifications_enabled", True),
        ("referrals", "referral_points_referee", 0),
    ],
)
async def test_a_value_is_changed_and_the_others_stay(client, section, name, value):
    answer = await client.patch(f"/v1/settings/{section}", json={name: value})
    read = await client.get(f"/v1/settings/{section}")

    assert answer.status_code == 200
    assert read.json()["values"] == {**SHOP[section], name: value}


@pytest.mark.parametrize(
    ("section", "name", "value"),
    [
        ("branding", "brand_color", "purple"),
        ("branding", "brand_color", "#8B5CF6\n"),
        ("branding", "brand_color", None),
        ("loyalty", "loyalty_enabled", 1),
        ("loyalty", "loyalty_program_name", "  "),
        ("loyalty", "loyalty_program_name", "x" * 101),
        ("loyalty", "loyalty_program_name", "a\x00b"),
        ("notifications", "email_notifications_enabled", "yes"),
        ("referrals", "referral_points_referrer", -1),
        ("referrals", "referral_points_referrer", 1.5),
        ("referrals", "referral_points_referrer", "500"),
        ("referrals", "referral_points_referrer", True),
        ("referrals", "referral_points_referrer", 1_000_000_001),
        ("referrals", "nonsense", 1),
        ("earning", "points_per_dollar", "-1"),
        ("earning", "points_per_dollar", "1.00001"),
        ("earning", "points_per_dollar", "1000000.01"),
        ("earning", "points_per_dollar", "1e3"),
        ("earning", "points_per_dollar", True),
        ("earning", "welcome_points", 0.5),
        ("earning", "birthday_known_days", 367),
        ("earning", "enabled", False),
        ("ledger", "points_expire_enabled", "false"),
        ("ledger", "points_expire_days", 0),
        ("ledger", "points_expire_days", 36_501),
        ("ledger", "points_expire_days", None),
    ],
)
async def test_a_value_that_cannot_be_is_refused_by_its_name(client, section, name, value):
    answer = await client.patch(f"/v1/settings/{section}", json={name: value})

    assert (answer.status_code, answer.json()["code"]) == (422, "tenant_invalid")
    assert answer.json()["errors"][0]["field"] == name
    history = (await client.get(f"/v1/settings/{section}/history")).json()["data"]
    assert history == []


async def test_a_section_says_what_its_settings_are_and_which_version_it_is(client):
    before = (await client.get("/v1/settings/earning")).json()
    changed = await client.patch("/v1/settings/earning", json={"welcome_points": 5, "version": 0})

    assert (before["version"], before["updated_at"]) == (0, None)
    assert before["values"] == before["defaults"]
    assert before["properties"].keys() == before["values"].keys()
    assert all(setting["description"] for setting in before["properties"].values())
    after = changed.json()
    assert (after["version"], after["values"]["welcome_points"]) == (1, 5)
    assert after["defaults"] == before["defaults"]
    assert after["updated_at"] is not None


async def test_who_edits_an_older_version_is_told_and_changes_nothing(client):
    await client.patch("/v1/settings/loyalty", json={"loyalty_program_name": "Stars", "version": 0})
    late = await client.patch(
        "/v1/settings/loyalty", json={"loyalty_program_name": "Moons", "version": 0}
    )

    assert (late.status_code, late.json()["code"]) == (409, "version_conflict")
    assert late.json()["current_version"] == 1
    read = (await client.get("/v1/settings/loyalty")).json()
    assert (read["values"]["loyalty_program_name"], read["version"]) == ("Stars", 1)


@pytest.mark.parametrize("version", [-1, "0", 1.5, True])
async def test_a_version_that_cannot_be_is_refused(client, version):
    answer = await client.patch("/v1/settings/loyalty", json={"version": version})

    assert answer.status_code == 422
    assert answer.json()["errors"][0]["field"] == "version"


async def test_what_is_so_already_makes_no_version(client):
    await client.patch("/v1/settings/loyalty", json={"loyalty_program_name": "Stars"})
    again = await client.patch("/v1/settings/loyalty", json={"loyalty_program_name": "Stars"})

    history = (await client.get("/v1/settings/loyalty/history")).json()["data"]
    assert (again.json()["version"], len(history)) == (1, 1)


async def test_a_tenant_is_renamed_by_who_saw_its_name(client):
    before = (await client.get("/v1/tenant")).json()
    edit = {"name": "Café Règles", "version": before["version"]}
    changed = await client.patch("/v1/tenant", json=edit)
    late = await client.patch("/v1/tenant", json={**edit, "name": "Other"})

    assert before["plan"]["code"] == "standard"
    assert (changed.json()["name"], changed.json()["version"]) == (
        "Café Règles",
        before["version"] + 1,
    )
    assert (late.status_code, late.json()["code"]) == (409, "version_conflict")
    entry = (await client.get("/v1/audit-log", params={"action": "tenant.changed"})).json()["data"]
    assert [(one["before"]["name"], one["after"]["name"]) for one in entry] == [
        (before["name"], "Café Règles")
    ]


ANYTHING = st.one_of(
    st.none(), st.booleans(), st.integers(), st.floats(allow_nan=False, allow_infinity=False),
    st.text(max_size=30), st.lists(st.integers(), max_size=2),
)  # fmt: skip


@settings(max_examples=40)
@given(values=st.dictionaries(st.sampled_from(sorted(SHOP["loyalty"])), ANYTHING, max_size=2))
async def test_whatever_is_sent_is_taken_or_refused_and_what_is_taken_is_read_again(client, values):
    answer = await client.patch("/v1/settings/loyalty", json=values)
    read = (await client.get("/v1/settings/loyalty")).json()["values"]

    assert answer.status_code in {200, 422}
    if answer.status_code == 200:
        assert answer.json()["values"] == read
        sent = {name: v.strip() if isinstance(v, str) else v for name, v in values.items()}
        assert {name: read[name] for name in sent} == sent


# What follows ------------------------------------------------------------------------------------


class Probe(tenants.Section):
    """A section of these tests, in nobody's way."""

    section: ClassVar[str] = "probe"

    size: int = Field(default=1, description="How large.")


@pytest.fixture
def heard(monkeypatch):
    """What the follower of the probe was told; it refuses 13."""
    monkeypatch.setitem(sections_of._sections, "probe", Probe)
    monkeypatch.setattr(sections_of, "_listeners", {})
    told: list[tuple[int, int]] = []

    @tenants.on_settings_change(Probe)
    async def follow(work, before: Probe, after: Probe) -> None:
        if after.size == 13:
            raise tenants.TenantInvalid("is unlucky", field="size")
        told.append((before.size, after.size))

    return told


async def test_a_change_is_followed_in_its_transaction(client, heard):
    await client.patch("/v1/settings/probe", json={"size": 2})
    await client.patch("/v1/settings/probe", json={"size": 5})

    assert heard == [(1, 2), (2, 5)]


async def test_what_changes_nothing_is_not_followed(client, heard):
    await client.patch("/v1/settings/probe", json={"size": 1})

    assert heard == []


async def test_what_cannot_follow_refuses_the_change(client, heard):
    answer = await client.patch("/v1/settings/probe", json={"size": 13})

    assert (answer.status_code, answer.json()["errors"][0]["field"]) == (422, "size")
    assert (await client.get("/v1/settings/probe")).json()["values"] == {"size": 1}
    assert (await client.get("/v1/settings/probe/history")).json()["data"] == []


@pytest.mark.parametrize(
    ("currency", "most", "fits"),
    [
        ("USD", "500.25", True), ("USD", "500.255", False), ("JPY", "500", True),
        ("JPY", "500.00", True), ("JPY", "500.5", False), ("KWD", "500.125", True),
        ("KWD", "500.1255", False), ("USD", "99999999999999.99", True),
    ],
)  # fmt: skip
async def test_the_largest_purchase_is_an_amount_of_the_tenants_currency(
    database, currency, most, fits
):
    house = await make_tenant(database, currency=currency)

    async with house.work() as work:
        if fits:
            await tenants.change_section(work, "purchases", {"max_amount": most})
        else:
            with pytest.raises(tenants.TenantInvalid) as refused:
                await tenants.change_section(work, "purchases", {"max_amount": most})

    assert fits or [each.field for each in refused.value.fields] == ["max_amount"]
