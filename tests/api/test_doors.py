"""Members, wallets, holds, rules, settings and the tenant's state over HTTP."""

import httpx

from laurels import auth, tenants
from tests.support.application import application


async def enrol(client, **profile):
    """Enrol a member and return the answer's JSON."""
    answer = await client.post("/v1/members", json=profile)
    assert answer.status_code in {200, 201}, answer.text
    return answer.json()


async def wallet_of(client, member):
    """Return the member's wallet."""
    return (await client.get(f"/v1/members/{member['id']}/wallets")).json()["data"][0]


async def test_a_member_is_enrolled_once_and_changed_by_what_is_sent(client):
    first = await client.post("/v1/members", json={"external_id": "c-1", "first_name": "Ada"})
    again = await client.post("/v1/members", json={"external_id": "c-1", "email": "a@x.org"})
    by_mail = await client.post("/v1/members", json={"email": "A@X.org", "last_name": "L"})

    assert (first.status_code, again.status_code, by_mail.status_code) == (201, 200, 200)
    assert first.json()["id"] == again.json()["id"] == by_mail.json()["id"]
    found = by_mail.json()
    assert (found["first_name"], found["last_name"], found["email"]) == ("Ada", "L", "a@x.org")
    assert (await wallet_of(client, found))["balance"] == 0


async def test_two_people_are_not_made_one_by_an_upsert(client):
    one = await enrol(client, external_id="c-1", email="one@x.org")
    two = await enrol(client, external_id="c-2", email="two@x.org")

    answer = await client.post("/v1/members", json={"external_id": "c-1", "email": "two@x.org"})

    assert answer.status_code == 409
    assert answer.json()["code"] == "member_ambiguous"
    assert set(answer.json()["members"]) == {one["id"], two["id"]}


async def test_members_are_listed_in_pages(client):
    made = [(await enrol(client, external_id=f"c-{n}"))["id"] for n in range(7)]

    seen, cursor = [], None
    for _ in range(3):
        params = {"limit": 3, **({"cursor": cursor} if cursor else {})}
        page = (await client.get("/v1/members", params=params)).json()
        seen += [member["id"] for member in page["data"]]
        cursor = page["next_cursor"]

    assert seen == list(reversed(made))
    assert cursor is None


async def test_a_hold_is_captured_in_part_and_the_rest_comes_back(client):
    member = await enrol(client, external_id="c-1")
    wallet = await wallet_of(client, member)
    await client.post(f"/v1/wallets/{wallet['id']}/credit", json={"points": 100, "reason": "hi"})
    hold = (await client.post(f"/v1/wallets/{wallet['id']}/holds", json={"points": 80})).json()
    assert (await wallet_of(client, member))["held"] == 80

    captured = await client.post(f"/v1/holds/{hold['id']}/capture", json={"points": 30})

    assert captured.json()["status"] == "captured"
    after = await wallet_of(client, member)
    assert (after["available"], after["held"]) == (70, 0)
    again = await client.post(f"/v1/holds/{hold['id']}/release")
    assert (again.status_code, again.json()["code"]) == (409, "hold_closed")
    rows = (await client.get(f"/v1/members/{member['id']}/transactions")).json()["data"]
    assert [(row["type"], row["points"], row["balance_after"]) for row in rows] == [
        ("redeemed", -30, 70),
        ("adjusted", 100, 100),
    ]
    assert rows[1]["actor_type"] == "api_key"


async def test_a_manual_credit_with_a_natural_key_is_booked_once(client):
    member = await enrol(client, external_id="c-1")
    wallet = await wallet_of(client, member)
    body = {"points": 50, "source": "review", "external_id": "review-9"}

    first = await client.post(f"/v1/wallets/{wallet['id']}/credit", json=body)
    again = await client.post(f"/v1/wallets/{wallet['id']}/credit", json=body)
    other = await client.post(f"/v1/wallets/{wallet['id']}/credit", json={**body, "points": 51})

    assert first.json() == again.json()
    assert (other.status_code, other.json()["code"]) == (409, "posting_key_taken")
    assert (await wallet_of(client, member))["available"] == 50


async def test_a_rule_is_replaced_by_a_version_and_old_awards_keep_theirs(client):
    rules = (await client.get("/v1/earning-rules")).json()["data"]
    body = {"member": "c-1", "amount": "10.00", "currency": "USD"}
    first = (await client.post("/v1/purchases", json=body)).json()
    doubled = {
        "name": "Two points",
        "trigger": "purchase.completed",
        "award": {"type": "points_per_money", "rate": "2"},
    }

    replaced = await client.put(f"/v1/earning-rules/{rules[0]['id']}", json=doubled)

    assert replaced.json()["version"] == 2
    second = (await client.post("/v1/purchases", json=body)).json()
    assert (first["points"], second["points"]) == (10, 20)
    kept = (await client.get(f"/v1/purchases/{first['id']}")).json()["award"]["effects"]
    assert kept[0]["version"] == 1
    versions = (await client.get(f"/v1/earning-rules/{rules[0]['id']}/versions")).json()["data"]
    assert [version["version"] for version in versions] == [2, 1]
    await client.post(f"/v1/earning-rules/{rules[0]['id']}/pause")
    assert (await client.post("/v1/purchases", json=body)).json()["points"] == 0


async def test_caps_hold_across_purchases_and_a_refund_gives_room_back(client):
    await client.post(
        "/v1/earning-rules",
        json={
            "name": "Ten a day",
            "trigger": "purchase.completed",
            "award": {"type": "fixed", "points": 6},
            "caps": [{"period": "day", "points": 10}],
        },
    )
    body = {
        "member": "c-1", "amount": "1.00", "currency": "USD",
        "occurred_at": "2026-03-02T12:00:00Z",
    }  # fmt: skip
    bought = [(await client.post("/v1/purchases", json=body)).json() for _ in range(3)]
    assert [purchase["points"] for purchase in bought] == [7, 5, 1]

    await client.post(f"/v1/purchases/{bought[0]['id']}/refunds")

    assert (await client.post("/v1/purchases", json=body)).json()["points"] == 7


async def test_a_pending_purchase_has_one_effect_when_it_completes(client):
    body = {"member": "c-1", "amount": "10.00", "currency": "USD", "status": "pending"}
    pending = (await client.post("/v1/purchases", json=body)).json()
    assert (pending["points"], pending["award"]) == (0, None)

    for _ in range(2):
        done = await client.post(f"/v1/purchases/{pending['id']}/complete")
        assert (done.status_code, done.json()["points"]) == (200, 10)

    refused = await client.post(f"/v1/purchases/{pending['id']}/cancel")
    assert (refused.status_code, refused.json()["code"]) == (409, "purchase_not_pending")
    member = (await client.get("/v1/members", params={"external_id": "c-1"})).json()["data"][0]
    assert (member["purchases"], member["spend"]) == (1, "10.00")


async def test_a_cancelled_purchase_earns_only_if_it_is_paid_after_all(client):
    body = {"member": "c-1", "amount": "10.00", "currency": "USD", "status": "pending"}
    pending = (await client.post("/v1/purchases", json=body)).json()

    await client.post(f"/v1/purchases/{pending['id']}/cancel")

    refund = await client.post(f"/v1/purchases/{pending['id']}/refunds")
    assert (refund.status_code, refund.json()["code"]) == (409, "purchase_not_completed")
    read = (await client.get(f"/v1/purchases/{pending['id']}")).json()
    assert (read["status"], read["points"]) == ("cancelled", 0)
    paid = await client.post(f"/v1/purchases/{pending['id']}/complete")
    assert (paid.status_code, paid.json()["points"]) == (200, 10)


async def test_a_guest_is_recorded_and_earns_nothing(client):
    answer = await client.post("/v1/purchases", json={"amount": "50.00", "currency": "USD"})

    assert answer.status_code == 201
    assert (answer.json()["member_id"], answer.json()["points"]) == (None, 0)
    refund = await client.post(f"/v1/purchases/{answer.json()['id']}/refunds")
    assert (refund.status_code, refund.json()["points"]) == (201, 0)


async def test_amounts_sent_as_json_numbers_are_exact(client):
    answer = await client.post(
        "/v1/purchases",
        content=b'{"member": "c-1", "amount": 123456789012.35, "currency": "USD"}',
        headers={"content-type": "application/json"},
    )

    assert answer.json()["amount"] == "123456789012.35"


async def test_more_than_what_is_left_cannot_go_back(client):
    body = {"member": "c-1", "amount": "10.00", "currency": "USD"}
    bought = (await client.post("/v1/purchases", json=body)).json()
    refunds = f"/v1/purchases/{bought['id']}/refunds"
    first = await client.post(refunds, json={"amount": "6.00", "external_id": "r-1"})
    again = await client.post(refunds, json={"amount": "6.00", "external_id": "r-1"})

    answer = await client.post(refunds, json={"amount": "5.00"})

    assert (first.status_code, again.status_code) == (201, 200)
    assert first.json()["id"] == again.json()["id"]
    assert (answer.status_code, answer.json()["code"]) == (409, "refund_exceeds_purchase")
    assert (await client.get(f"/v1/purchases/{bought['id']}")).json()["refunded"] == "6.00"


async def test_a_suspended_tenant_earns_and_spends_nothing(client, house):
    member = await house.member(balance=10, external_id="c-1")
    async with house.work() as work:
        await tenants.set_status(work, "suspended")
    wallet = (await client.get("/v1/members", params={"external_id": "c-1"})).json()["data"][0]
    wallet = await wallet_of(client, wallet)

    body = {"member": "c-1", "amount": "10.00", "currency": "USD"}
    earn = await client.post("/v1/purchases", json=body)
    spend = await client.post(f"/v1/wallets/{wallet['id']}/debit", json={"points": 1})

    assert {earn.status_code, spend.status_code} == {403}
    assert {earn.json()["code"], spend.json()["code"]} == {"tenant_suspended"}
    assert (await house.balance(member))["available"] == 10


async def test_settings_are_typed_and_their_history_is_kept(client):
    body = {"member": "c-1", "amount": "10.00", "currency": "USD"}
    refused = await client.patch("/v1/settings/loyalty", json={"loyalty_enabled": "perhaps"})
    assert (refused.status_code, refused.json()["errors"][0]["field"]) == (422, "loyalty_enabled")

    await client.patch("/v1/settings/loyalty", json={"loyalty_enabled": False})
    assert (await client.post("/v1/purchases", json=body)).json()["points"] == 0
    await client.patch("/v1/settings/loyalty", json={"loyalty_enabled": True})
    assert (await client.post("/v1/purchases", json=body)).json()["points"] == 10

    history = (await client.get("/v1/settings/loyalty/history")).json()["data"]
    assert [version["values"] for version in history] == [{}, {"loyalty_enabled": False}]


async def test_a_key_opens_only_what_its_scopes_say_and_nothing_once_revoked(client, house):
    async with house.work() as work:
        key = await auth.create_key(work, name="reader", test=False, scopes=["members:read"])
    app = application(house.database)
    async with httpx.AsyncClient(
        transport=httpx.ASGITransport(app=app),
        base_url="http://laurels.test",
        headers={"Authorization": f"Bearer {key.key}"},
    ) as reader:
        assert (await reader.get("/v1/members")).status_code == 200
        refused = await reader.post("/v1/members", json={"external_id": "c-1"})
        assert (refused.status_code, refused.json()["permission"]) == (403, "members:write")
        async with house.work() as work:
            await auth.revoke_key(work, key.id)
        assert (await reader.get("/v1/members")).status_code == 401


async def test_health_is_open_and_says_how_things_are(client):
    del client.headers["Authorization"]

    assert (await client.get("/healthz")).json() == {"status": "ok"}
    assert (await client.get("/readyz")).json() == {"status": "ready"}
    assert "laurels_pool_wait_seconds" in (await client.get("/metrics")).text
    assert (await client.get("/openapi.json")).json()["openapi"].startswith("3.1")


async def test_points_of_a_program_mature_and_expire_as_it_says(client):
    refused = await client.post(
        "/v1/programs", json={"name": "Short", "maturity_days": 30, "expiry_days": 14}
    )
    assert (refused.status_code, refused.json()["errors"][0]["field"]) == (422, "expiry_days")
    made = await client.post(
        "/v1/programs",
        json={"name": "Stars", "is_default": True, "maturity_days": 14, "expiry_days": 365},
    )
    assert made.status_code == 201, made.text
    taken = await client.post("/v1/programs", json={"name": "Stars"})
    assert (taken.status_code, taken.json()["code"]) == (409, "program_name_taken")

    await client.post("/v1/purchases", json={"member": "c-1", "amount": "10.00", "currency": "USD"})

    member = (await client.get("/v1/members", params={"external_id": "c-1"})).json()["data"][0]
    wallet = await wallet_of(client, member)
    assert (wallet["program_name"], wallet["available"], wallet["pending"]) == ("Stars", 0, 10)
    lots = (await client.get(f"/v1/wallets/{wallet['id']}/lots")).json()["data"]
    assert (lots[0]["remaining"], lots[0]["matured_at"]) == (10, None)
    changed = await client.patch(
        f"/v1/programs/{made.json()['id']}", json={"maturity_days": 0, "expiry_days": None}
    )
    assert (changed.json()["maturity_days"], changed.json()["expiry_days"]) == (0, None)
    assert (await client.get(f"/v1/wallets/{wallet['id']}/lots")).json()["data"] == lots
    listed = (await client.get("/v1/programs")).json()["data"]
    assert [(program["name"], program["is_default"]) for program in listed] == [
        ("Stars", True),
        ("Points", False),
    ]


async def test_a_repeated_refund_says_again_what_it_did(client):
    body = {"member": "c-1", "amount": "10.00", "currency": "USD"}
    bought = (await client.post("/v1/purchases", json=body)).json()
    path = f"/v1/purchases/{bought['id']}/refunds"

    answers = [
        (await client.post(path, json={"amount": "4.00", "external_id": "r-1"})).json()
        for _ in range(2)
    ]

    assert answers[0] == answers[1]
    assert answers[0]["points"] == -4


async def test_transactions_are_listed_in_pages_without_a_gap(client, house):
    await house.member(external_id="c-1")
    member = (await client.get("/v1/members", params={"external_id": "c-1"})).json()["data"][0]
    wallet = await wallet_of(client, member)
    for points in range(1, 8):
        await client.post(f"/v1/wallets/{wallet['id']}/credit", json={"points": points})

    seen, cursor = [], None
    for _ in range(3):
        params = {"limit": 3, **({"cursor": cursor} if cursor else {})}
        page = (await client.get(f"/v1/members/{member['id']}/transactions", params=params)).json()
        seen += [row["points"] for row in page["data"]]
        cursor = page["next_cursor"]

    assert seen == [7, 6, 5, 4, 3, 2, 1]
    assert cursor is None
