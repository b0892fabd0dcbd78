"""The view schema `loyalty_app`: what a BI login reads is what the API says, and nobody else's."""

from datetime import timedelta
from decimal import Decimal

import pytest

from laurels import ledger, tenants
from laurels.kit.values.ids import decode, encode, new_id
from laurels.kit.values.time import utc_now
from laurels.migrations import views
from laurels.tenants.settings import sections
from tests.support.make import make_tenant
from tests.tiers.climbing import hear

from .conftest import analyst

VIEWS = sorted(set(views.described()["loyalty_app"]) - {"loyalty_app"})


async def buy(client, number: int, member: str, amount: str, **more) -> dict:
    """A purchase of a member."""
    answer = await client.post(
        "/v1/purchases",
        json={
            "external_id": f"order-{number}", "member": member, "amount": amount,
            "currency": "USD", **more,
        },
    )  # fmt: skip
    assert answer.status_code == 201, answer.text
    return answer.json()


async def a_little_life(client, house) -> None:
    """Two customers who buy, give back, spend, and lose points."""
    await client.post(
        "/v1/members",
        json={
            "external_id": "anna", "email": "anna@example.com", "first_name": "Anna",
            "birthday": "1990-05-17", "sms_opt_in": True,
        },
    )  # fmt: skip
    await buy(client, 1, "anna", "120.00")
    second = await buy(client, 2, "anna", "30.00")
    await buy(client, 3, "bo", "75.90")
    await client.post(f"/v1/purchases/{second['id']}/refunds", json={"amount": "10.00"})
    member = await member_of(client, "anna")
    (wallet,) = (await client.get(f"/v1/members/{member['id']}/wallets")).json()["data"]
    await client.post(f"/v1/wallets/{wallet['id']}/debit", json={"points": 40, "reason": "a cup"})
    await client.post(f"/v1/wallets/{wallet['id']}/credit", json={"points": 5, "reason": "sorry"})


async def member_of(client, external_id: str) -> dict:
    """A member by the shop's own id."""
    answer = await client.get("/v1/members", params={"external_id": external_id})
    return answer.json()["data"][0]


async def test_customers_have_the_figures_that_the_api_tells(client, house, bi):
    await a_little_life(client, house)

    rows = await bi.fetch("select * from customer_loyalty_profiles order by shopify_customer_id")

    assert [row["shopify_customer_id"] for row in rows] == ["anna", "bo"]
    for row in rows:
        member = await member_of(client, row["shopify_customer_id"])
        (wallet,) = (await client.get(f"/v1/members/{member['id']}/wallets")).json()["data"]
        assert encode("member", row["id"]) == member["id"]
        assert row["shop_id"] == house.tenant.id
        assert row["points_balance"] == wallet["available"]
        assert row["lifetime_points_earned"] == wallet["lifetime_earned"]
        assert row["lifetime_points_redeemed"] == wallet["lifetime_redeemed"]
        assert row["lifetime_spent"] == Decimal(member["spend"]) - Decimal(member["refunded"])
        assert row["lifetime_orders"] == member["purchases"]
        assert row["last_purchase_at"] is not None
        assert row["last_points_earned_at"] is not None
        for name in ("email", "first_name", "phone", "email_opt_in", "sms_opt_in"):
            assert row[name] == member[name]
        assert row["is_active"] is True


async def test_the_seeds_questions_find_their_answers(client, house, bi):
    await a_little_life(client, house)
    anna = decode("member", (await member_of(client, "anna"))["id"])

    found = await bi.fetch(
        "select transaction_type, points_amount, points_balance_after, source, order_id,"
        " created_by from point_transactions where customer_id = $1 order by created_at, id",
        anna,
    )
    by_source = await bi.fetch(
        "select transaction_type, source, count(*), sum(points_amount) from point_transactions"
        " group by transaction_type, source order by 1, 2"
    )
    by_shop = await bi.fetch(
        "select s.shop_domain, count(*) as customers, sum(c.lifetime_spent) as revenue"
        " from shops as s join customer_loyalty_profiles as c on c.shop_id = s.id"
        " where c.is_active group by s.shop_domain"
    )

    assert [tuple(row)[:5] for row in found] == [
        ("earned", 120, 120, "purchase", "order-1"),
        ("earned", 30, 150, "purchase", "order-2"),
        ("refunded", -10, 140, "refund", "order-2"),
        ("adjusted", -40, 100, "manual", None),
        ("adjusted", 5, 105, "manual", None),
    ]
    assert {row["created_by"] for row in found} == {"system"}
    assert [tuple(row) for row in by_source] == [
        ("adjusted", "manual", 2, -35),
        ("earned", "purchase", 3, 225),
        ("refunded", "refund", 1, -10),
    ]
    assert [tuple(row) for row in by_shop] == [
        (house.tenant.slug, 2, Decimal("215.90")),
    ]


async def test_the_sum_of_transactions_is_the_balance_also_with_debts_and_lapsed_points(house, bi):
    house.now = utc_now() - timedelta(days=100)
    await house.program(expiry_days=60)
    member = await house.member(external_id="anna")
    async with house.work() as work:
        first = await ledger.credit(work, ledger.Credit(member_id=member, points=50))
        await ledger.debit(work, ledger.Debit(member_id=member, points=30))
        await ledger.reverse(
            work, ledger.Reversal(member_id=member, transaction_id=first.transaction.id)
        )
        await ledger.credit(work, ledger.Credit(member_id=member, points=100))
    house.later(days=70)
    async with house.work() as work:
        await ledger.apply_due_lots(work)

    rows = await bi.fetch(
        "select transaction_type, points_amount, points_balance_after, expires_at, expired_at"
        " from point_transactions where customer_id = $1 order by created_at, id",
        member,
    )
    (profile,) = await bi.fetch("select points_balance, shop_id from customer_loyalty_profiles")

    assert sum(row["points_amount"] for row in rows) == profile["points_balance"] == 0
    assert rows[-1]["transaction_type"] == "expired"
    running = 0
    for row in rows:
        running += row["points_amount"]
        assert row["points_balance_after"] == running
    lasting = next(row for row in rows if row["points_amount"] == 70)
    assert lasting["expires_at"] == lasting["expired_at"] is not None


async def test_a_login_sees_its_own_shop_alone_whatever_it_sets(
    client, house, database, database_name
):
    await a_little_life(client, house)
    other = await make_tenant(database)

    async with analyst(database_name, other.tenant.id) as stranger:
        for setting in ("none", str(house.tenant.id)):
            await stranger.execute(f"set app.tenant_id = '{setting}'")
            for view in VIEWS:
                rows = await stranger.fetch(f"select * from {view}")
                assert len(rows) == (1 if view == "shops" else 0), view
        (shop,) = await stranger.fetch("select id from shops")
        for view in VIEWS:
            for right in ("insert", "update", "delete", "truncate"):
                assert not await stranger.fetchval("select has_table_privilege($1, $2)",
                                                   f"loyalty_app.{view}", right)  # fmt: skip

    assert shop["id"] == other.tenant.id


DEFAULTS = {
    "loyalty": ("loyalty_enabled", "loyalty_program_name"),
    "referrals": ("referral_points_referrer", "referral_points_referee"),
    "branding": ("brand_color",),
    "notifications": ("email_notifications_enabled", "sms_notifications_enabled"),
}


async def test_a_shop_has_the_settings_that_the_api_tells(client, house, bi):
    (before,) = await bi.fetch("select * from shops")
    models = sections()
    for section, names in DEFAULTS.items():
        for name in names:
            assert before[name] == models[section].model_fields[name].default, name
    assert (before["points_per_dollar"], before["welcome_points"]) == (Decimal(1), None)
    assert (before["points_expire_enabled"], before["points_expire_days"]) == (
        False, models["ledger"].model_fields["points_expire_days"].default,
    )  # fmt: skip
    rule = {
        "name": "Hi", "trigger": "member.enrolled", "award": {"type": "fixed", "points": 100},
    }  # fmt: skip
    await client.post("/v1/earning-rules", json=rule)
    changes = {
        "loyalty": {"loyalty_enabled": False, "loyalty_program_name": "Roses"},
        "referrals": {"referral_points_referrer": 7},
        "branding": {"brand_color": "#AABBCC"},
        "notifications": {"sms_notifications_enabled": True},
    }
    for section, values in changes.items():
        assert (await client.patch(f"/v1/settings/{section}", json=values)).status_code == 200

    (after,) = await bi.fetch("select * from shops")

    for values in changes.values():
        assert {name: after[name] for name in values} == values
    assert after["welcome_points"] == 100


async def test_a_new_shop_has_the_apps_own_defaults(database, database_name):
    shop = await make_tenant(database, preset="shopify")

    async with analyst(database_name, shop.tenant.id) as connection:
        (row,) = await connection.fetch("select * from shops")
        async with shop.work() as work:
            await tenants.change_section(
                work, "ledger", {"points_expire_enabled": True, "points_expire_days": 90}
            )
            await tenants.change_section(work, "earning", {"points_per_dollar": "2.50"})
        (after,) = await connection.fetch("select * from shops")

    told = {name: value for name, value in row.items() if not name.endswith("_at") and name != "id"}
    assert told == {
        "shop_domain": shop.tenant.slug, "loyalty_enabled": True, "points_per_dollar": Decimal(1),
        "welcome_points": 100, "referral_points_referrer": 500, "referral_points_referee": 250,
        "points_expire_enabled": False, "points_expire_days": 365, "brand_color": "#8B5CF6",
        "loyalty_program_name": "Loyalty Program", "email_notifications_enabled": True,
        "sms_notifications_enabled": False,
    }  # fmt: skip
    assert (after["points_expire_enabled"], after["points_expire_days"]) == (True, 90)
    assert after["points_per_dollar"] == Decimal("2.50")


@pytest.mark.parametrize("kind", ["purchase", "activity", "webhook_endpoint", "member"])
async def test_the_id_in_a_text_is_found(bi, kind):
    ids = [new_id() for _ in range(20)]

    for each in ids:
        assert await bi.fetchval("select laurels.id_of($1)", encode(kind, each)) == each
        assert await bi.fetchval("select laurels.id_of($1)", str(each)) == each


@pytest.mark.parametrize("text", [None, "", "manual", "pur_1", "import/1", "pur_" + "8" * 26])
async def test_what_is_no_id_is_none(bi, text):
    assert await bi.fetchval("select laurels.id_of($1)", text) is None


async def test_tiers_and_who_stands_on_them_are_told_in_the_apps_words(client, house, bi):
    for level, (name, points) in enumerate([("Bronze", 0), ("Silver", 100)], start=1):
        form = {"name": name, "level": level, "min_points": points, "is_default": level == 1}
        answer = await client.post("/v1/tiers", json={**form, "points_multiplier": "1.25"})
        assert answer.status_code == 201, answer.text
    await client.post("/v1/members", json={"external_id": "anna"})
    await buy(client, 1, "anna", "120.00")
    anna = (await member_of(client, "anna"))["id"]

    house.now = utc_now()
    await hear(house)
    ladder = await bi.fetch("select * from tier_definitions order by tier_level")
    (profile,) = await bi.fetch(
        "select c.current_tier_id, c.tier_achieved_at, t.name from customer_loyalty_profiles as c"
        " join tier_definitions as t on t.id = c.current_tier_id"
    )
    history = await bi.fetch(
        "select * from customer_tier_history where customer_id = $1 order by achieved_at, id",
        decode("member", anna),
    )
    distribution = await bi.fetch(
        "select t.name, count(*) from customer_tier_history as h"
        " join tier_definitions as t on t.id = h.tier_id where h.is_current group by t.name"
    )

    told = (await client.get(f"/v1/members/{anna}/tier")).json()
    assert [(row["name"], row["tier_type"], row["is_default"]) for row in ladder] == [
        ("Bronze", "points_based", True), ("Silver", "points_based", False),
    ]  # fmt: skip
    assert encode("tier", profile["current_tier_id"]) == told["standing"]["tier"]["id"]
    assert profile["name"] == told["standing"]["tier"]["name"] == "Silver"
    assert [row["reason"] for row in history] == ["qualification", "qualification"]
    assert [row["is_current"] for row in history] == [False, True]
    assert history[1]["points_at_achievement"] == 150
    assert [tuple(row) for row in distribution] == [("Silver", 1)]


async def test_segments_and_who_belongs_to_them_are_told_in_the_apps_words(client, house, bi):
    anna = await house.member(external_id="anna", balance=60)
    await house.member(external_id="bo", balance=10)
    rich = {"field": "points.available", "op": "gte", "value": 50}
    form = {"name": "Rich", "segment_type": "value", "criteria": rich}
    segment = (await client.post("/v1/segments", json=form)).json()
    friends = (await client.post("/v1/segments", json={"name": "F", "kind": "static"})).json()
    path = f"/v1/segments/{friends['id']}/members"
    who = {"members": [encode("member", anna)]}
    assert (await client.post(path, json=who)).status_code == 200
    await client.post(f"{path}/remove", json=who)
    await client.patch(f"/v1/members/{encode('member', anna)}", json={"is_vip": True})

    found = await bi.fetch("select * from customer_segments order by name")
    stays = await bi.fetch(
        "select s.name, m.is_active, m.removed_at is null, m.qualification_reason, c.is_vip"
        " from customer_segment_memberships as m"
        " join customer_segments as s on s.id = m.segment_id"
        " join customer_loyalty_profiles as c on c.id = m.customer_id order by s.name"
    )

    assert [row["name"] for row in found] == ["F", "Rich"]
    assert encode("segment", found[1]["id"]) == segment["id"]
    assert found[1]["customer_count"] == segment["member_count"] == 1
    assert found[1]["avg_points_balance"] == segment["avg_points_balance"] == 60
    assert (found[1]["segment_type"], found[1]["auto_update"]) == ("value", True)
    assert found[0]["criteria"] is None
    assert [tuple(row) for row in stays] == [
        ("F", False, False, "hand", True), ("Rich", True, True, "criteria", True),
    ]  # fmt: skip


async def test_rewards_and_redemptions_are_told_in_the_apps_words(client, house, bi):
    anna = encode("member", await house.member(external_id="anna", balance=1000))
    form = {
        "name": "Five off", "type": "discount_fixed", "value": {"amount": "5.00"},
        "cost_points": 100, "max_redemptions_per_member": 3, "redemption_expiry_days": 30,
    }  # fmt: skip
    reward = (await client.post("/v1/rewards", json=form)).json()
    gift = {"name": "Tasting", "type": "tasting", "cost_points": 9, "active": False}
    await client.post("/v1/rewards", json=gift)
    wish = {"member_id": anna, "reward_id": reward["id"]}
    redemptions = [(await client.post("/v1/redemptions", json=wish)).json() for _ in range(3)]
    path = "/v1/redemptions/{}/{}"
    used = {"order_ref": "order-7"}
    await client.post(path.format(redemptions[0]["id"], "use"), json=used)
    await client.post(path.format(redemptions[1]["id"], "refund"), json={"reason": "sorry"})

    kinds = await bi.fetch(
        "select name, reward_type, points_cost, is_active, max_redemptions_per_customer,"
        " current_redemptions, expiry_days from reward_definitions order by name"
    )
    logs = await bi.fetch("select * from redemption_logs order by id")
    moved = await bi.fetch(
        "select t.transaction_type, t.points_amount, l.discount_code from point_transactions as t"
        " join redemption_logs as l on l.id = t.redemption_id order by t.created_at, t.id"
    )
    top = await bi.fetch(
        "select r.name, count(*) from redemption_logs as l"
        " join reward_definitions as r on r.id = l.reward_id"
        " where l.status = 'completed' group by r.name"
    )

    assert [tuple(row) for row in kinds] == [
        ("Five off", "discount_fixed", 100, True, 3, 2, 30),
        ("Tasting", "custom", 9, False, None, 0, None),
    ]
    assert [row["status"] for row in logs] == ["completed", "cancelled", "completed"]
    assert [row["used_order_id"] for row in logs] == ["order-7", None, None]
    for row, told in zip(logs, redemptions, strict=True):
        assert encode("redemption", row["id"]) == told["id"]
        assert encode("member", row["customer_id"]) == anna
        assert row["discount_code"] == told["code"]
        assert row["discount_amount"] == Decimal(5)
        assert row["reward_data"] is not None
    assert sorted((row[0], row[1]) for row in moved) == [
        ("redeemed", -100), ("redeemed", -100), ("redeemed", -100), ("refunded", 100),
    ]  # fmt: skip
    assert [tuple(row) for row in top] == [("Five off", 2)]
