"""Operators: their own keys and doors, tenants, plans, settings, and nothing of a tenant's."""

from datetime import timedelta

import asyncpg
import httpx
import pytest

from laurels import auth, tenants
from laurels.kit.values.ids import encode, new_id
from laurels.kit.values.time import utc_now
from laurels.kit.work import OPERATOR, PLATFORM, open_work
from tests.support.application import application

RULE = {
    "name": "One point per dollar",
    "trigger": "purchase.completed",
    "award": {"type": "fixed", "points": 5},
}


async def make_key(database, **values):
    async with open_work(database, tenant_id=PLATFORM, actor=OPERATOR) as work:
        return await auth.create_operator_key(work, name="test", **values)


def client_with(database, key):
    transport = httpx.ASGITransport(app=application(database), raise_app_exceptions=False)
    headers = {"Authorization": f"Bearer {key}"}
    return httpx.AsyncClient(transport=transport, base_url="http://laurels.test", headers=headers)


@pytest.fixture
async def operator(database):
    """An HTTP client with an operator's key."""
    made = await make_key(database)
    async with client_with(database, made.key) as client:
        yield client


async def test_an_operator_creates_suspends_and_resumes_a_tenant(operator, database):
    slug = f"op-{encode('tenant', PLATFORM)[-4:]}-{utc_now():%H%M%S%f}"
    made = await operator.post("/v1/platform/tenants", json={"slug": slug, "currency": "EUR"})
    tenant = made.json()["tenant"]
    path = f"/v1/platform/tenants/{tenant['id']}"
    suspended = await operator.post(f"{path}/suspend", json={"reason": "unpaid"})
    async with client_with(database, made.json()["api_key"]) as own:
        purchase = {"amount": "5.00", "currency": "EUR", "member": "a"}
        refused = await own.post("/v1/purchases", json=purchase)
        resumed = await operator.post(f"{path}/resume")
        booked = await own.post("/v1/purchases", json=purchase)
    found = await operator.get("/v1/platform/tenants", params={"search": slug.upper()})

    assert made.status_code == 201
    assert tenant["plan"] == "standard"
    assert suspended.json()["status"] == "suspended"
    assert (refused.status_code, refused.json()["code"]) == (403, "tenant_suspended")
    assert resumed.json()["status"] == "active"
    assert (booked.status_code, booked.json()["points"]) == (201, 5)
    assert [row["slug"] for row in found.json()["data"]] == [slug]


async def test_a_first_key_leaves_once_and_is_stored_nowhere(operator, database):
    slug = f"op-once-{utc_now():%H%M%S%f}"
    body = {"slug": slug, "currency": "EUR"}
    headers = {"Idempotency-Key": slug}
    made = await operator.post("/v1/platform/tenants", json=body, headers=headers)
    again = await operator.post("/v1/platform/tenants", json=body, headers=headers)
    async with open_work(database, tenant_id=PLATFORM, actor=OPERATOR) as work:
        stored = await work.fetchrow(
            "select body from laurels.idempotency_keys where tenant_id = $1 and key = $2",
            work.tenant_id, slug,
        )  # fmt: skip
    async with client_with(database, made.json()["api_key"]) as own:
        opened = await own.get("/v1/tenant")

    assert (made.status_code, again.status_code) == (201, 201)
    assert again.headers["idempotent-replayed"] == "true"
    assert made.json()["api_key"].encode() not in stored["body"]
    assert again.json() == {**made.json(), "api_key": None}
    assert opened.json()["id"] == made.json()["tenant"]["id"]


async def test_what_an_operator_does_is_in_the_tenants_own_audit(operator, house):
    path = f"/v1/platform/tenants/{encode('tenant', house.tenant.id)}"
    await operator.post(f"{path}/suspend", json={"reason": "fraud"})
    changed = await operator.patch(path, json={"name": "Another name"})

    async with house.work() as work:
        rows = await work.fetch(
            "select action, actor_type, actor_id, after from laurels.audit_log"
            " where tenant_id = $1 and actor_id is not null order by id",
            work.tenant_id,
        )

    assert changed.json()["name"] == "Another name", changed.text
    assert [(row["action"], row["actor_type"]) for row in rows] == [
        ("tenant.suspended", "operator"), ("tenant.changed", "operator"),
    ]  # fmt: skip
    assert all(row["actor_id"].startswith("opk_") for row in rows)
    assert rows[0]["after"] == {"status": "suspended", "reason": "fraud"}


async def test_an_operators_key_opens_no_tenants_door_and_sees_no_rows(operator, house):
    await house.member(balance=100)

    answer = await operator.get("/v1/members")

    assert (answer.status_code, answer.json()["code"]) == (403, "forbidden")


async def test_a_key_that_is_withdrawn_past_its_end_or_forged_opens_nothing(database):
    gone = await make_key(database)
    async with open_work(database, tenant_id=PLATFORM, actor=OPERATOR) as work:
        await auth.revoke_operator_key(work, gone.id)
    ended = await make_key(database, expires_at=utc_now() - timedelta(seconds=1))
    real = await make_key(database)
    forged = real.key[:-1] + ("a" if real.key[-1] != "a" else "b")

    codes = {gone.key: "key_revoked", ended.key: "key_expired"}
    for key in (gone.key, ended.key, forged, "lk_op_", "lk_op_" + "z" * 58):
        async with client_with(database, key) as client:
            answer = await client.get("/v1/platform/tenants")
        code = codes.get(key, "unauthenticated")
        assert (answer.status_code, answer.json()["code"]) == (401, code), key


async def test_a_key_that_may_only_read_changes_nothing(database, house):
    made = await make_key(database, scopes=["platform:read"])
    path = f"/v1/platform/tenants/{encode('tenant', house.tenant.id)}"

    async with client_with(database, made.key) as client:
        read = await client.get(path)
        refused = await client.post(f"{path}/suspend")

    assert read.status_code == 200
    assert refused.status_code == 403


async def test_no_tenants_work_sees_or_writes_operators_keys(database, house):
    made = await make_key(database)

    async with house.work() as work:
        rows = await work.fetch("select 1 from laurels.operator_keys")
        changed = await work.fetch(
            "update laurels.operator_keys set revoked_at = now() where id = $1 returning 1",
            made.id,
        )

    assert rows == changed == []
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        async with house.work() as work:
            await auth.create_operator_key(work, name="mine")
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        async with house.work() as work:
            await tenants.change_setting(work, "tenants.max", 1)


async def test_a_plan_limits_what_a_tenant_may_have(operator, house, client):
    code = f"small-{house.tenant.slug[-8:]}"
    plan = await operator.put(
        f"/v1/platform/plans/{code}", json={"name": "Small", "limits": {"earning_rules": 1}}
    )
    await operator.patch(
        f"/v1/platform/tenants/{encode('tenant', house.tenant.id)}", json={"plan": code}
    )
    there = (await client.get("/v1/earning-rules")).json()["data"]

    refused = await client.post("/v1/earning-rules", json=RULE)
    in_use = await operator.put(
        f"/v1/platform/plans/{code}", json={"name": "Small", "archived": True}
    )

    assert plan.status_code == 200
    assert len(there) == 1
    assert (refused.status_code, refused.json()["code"]) == (409, "plan_exceeded")
    assert refused.json()["limit"] == 1
    assert (in_use.status_code, in_use.json()["code"]) == (409, "plan_in_use")


async def test_a_setting_of_the_platform_is_typed_and_keeps_its_history(operator):
    path = "/v1/platform/settings/tenants.max"
    before = (await operator.get(f"{path}/history")).json()["data"]
    first = await operator.put(path, json={"value": 9_000})
    second = await operator.put(path, json={"value": 10_000})
    wrong = await operator.put(path, json={"value": "many"})
    unknown = await operator.put("/v1/platform/settings/tenants.mox", json={"value": 1})
    history = (await operator.get(f"{path}/history")).json()["data"]

    assert first.json()["version"] + 1 == second.json()["version"]
    assert (wrong.status_code, wrong.json()["code"]) == (422, "platform_setting_invalid")
    assert wrong.json()["errors"][0]["field"] == "value"
    assert unknown.status_code == 404
    assert "tenants.max" in unknown.json()["detail"]
    assert len(history) == len(before) + 2
    assert [version["value"] for version in history[:2]] == [10_000, 9_000]
    assert history[0]["actor_type"] == "operator"


async def test_a_flag_is_the_other_way_round_for_tenants_excepted(operator, house):
    mine = encode("tenant", house.tenant.id)
    await operator.put(
        "/v1/platform/settings/features.bulk", json={"value": {"except_tenants": [mine]}}
    )

    async with house.work() as work:
        with pytest.raises(tenants.FeatureOff, match="bulk"):
            await tenants.require_feature(work, "bulk")
        await tenants.require_feature(work, "webhooks")


async def test_a_tenant_on_an_unknown_plan_or_with_a_taken_slug_is_refused(operator, house):
    unknown = await operator.post(
        "/v1/platform/tenants", json={"slug": "nobody-has-this", "plan": "none"}
    )
    taken = await operator.post("/v1/platform/tenants", json={"slug": house.tenant.slug})
    nobody = await operator.get(f"/v1/platform/tenants/{encode('tenant', PLATFORM)}")

    assert (unknown.status_code, unknown.json()["code"]) == (404, "plan_not_found")
    assert (taken.status_code, taken.json()["code"]) == (409, "slug_taken")
    assert nobody.status_code == 404


async def test_a_plan_and_a_flag_bound_webhook_endpoints(operator, house, client):
    mine, code = encode("tenant", house.tenant.id), f"p-{house.tenant.slug}"
    await operator.put(
        f"/v1/platform/plans/{code}", json={"name": "One", "limits": {"webhook_endpoints": 1}}
    )
    await operator.patch(f"/v1/platform/tenants/{mine}", json={"plan": code})
    hook = {"url": "https://example.com/hooks"}

    first = await client.post("/v1/webhook-endpoints", json=hook)
    second = await client.post("/v1/webhook-endpoints", json=hook)
    await operator.put(
        "/v1/platform/settings/features.webhooks", json={"value": {"except_tenants": [mine]}}
    )
    off = await client.post("/v1/webhook-endpoints", json=hook)
    await operator.put(
        "/v1/platform/settings/features.webhooks", json={"value": {"except_tenants": []}}
    )

    assert first.status_code == 201
    assert (second.status_code, second.json()["code"]) == (409, "plan_exceeded")
    assert (off.status_code, off.json()["code"]) == (403, "feature_off")


async def test_bulk_requests_are_refused_while_the_operator_has_them_off(operator, house, client):
    mine = encode("tenant", house.tenant.id)
    await operator.put(
        "/v1/platform/settings/features.bulk", json={"value": {"except_tenants": [mine]}}
    )
    items = {"items": [{"external_id": "a"}]}

    refused = await client.post("/v1/members/bulk", json=items)
    await operator.put("/v1/platform/settings/features.bulk", json={"value": {}})
    booked = await client.post("/v1/members/bulk", json=items)

    assert (refused.status_code, refused.json()["code"]) == (403, "feature_off")
    assert booked.status_code == 200


async def test_health_tells_what_waits_and_nothing_of_whom(operator, house, client):
    async def queues():
        answer = await operator.get("/v1/platform/health")
        assert answer.status_code == 200, answer.text
        return answer.json(), {each["name"]: each for each in answer.json()["queues"]}

    _, before = await queues()
    bought = {"amount": "5.00", "currency": "USD", "member": "a"}
    assert (await client.post("/v1/purchases", json=bought)).status_code == 201
    found, after = await queues()

    assert set(after) == {"relay", "handlers", "outbound", "jobs"}
    assert after["relay"]["waiting"] > before["relay"]["waiting"]
    assert after["relay"]["oldest_at"] is not None
    database = found["database"]
    assert 0 < database["connections"] <= database["max_connections"]
    assert database["bytes"] > 0
    assert len(database["tables"]) == 10
    assert str(house.tenant.id) not in str(found)


async def test_two_operators_do_not_overwrite_each_other(operator, house):
    mine, code = encode("tenant", house.tenant.id), f"v-{house.tenant.slug}"
    plan, setting = f"/v1/platform/plans/{code}", "/v1/platform/settings/features.event_stream"
    there = (await operator.get("/v1/platform/settings")).json()["data"]
    version = next(s["version"] for s in there if s["name"] == "features.event_stream")
    edits = [
        (operator.put, plan, {"name": "One", "version": 0}),
        (operator.put, setting, {"value": {}, "version": version}),
        (operator.patch, f"/v1/platform/tenants/{mine}", {"name": "New", "version": 1}),
    ]
    for edit, path, body in edits:
        first = await edit(path, json=body)
        late = await edit(path, json={**body, "name": "Late"} if "name" in body else body)
        next_one = await edit(path, json={**body, "version": body["version"] + 1})

        assert first.json()["version"] == body["version"] + 1, first.text
        assert (late.status_code, late.json()["code"]) == (409, "version_conflict")
        assert late.json()["current_version"] == body["version"] + 1
        assert next_one.status_code == 200, next_one.text


async def test_how_large_tenants_are_is_told_and_nothing_of_whom(operator, house, client):
    mine = encode("tenant", house.tenant.id)
    bought = {"amount": "5.00", "currency": "USD", "member": "anna"}
    assert (await client.post("/v1/purchases", json=bought)).status_code == 201

    nobody = encode("tenant", new_id())
    asked = {"tenant_ids": f"{mine},{nobody}"}
    answer = await operator.get("/v1/platform/figures", params=asked)
    wrong = await operator.get("/v1/platform/figures", params={"tenant_ids": "mem_1"})

    (found,) = answer.json()["data"]
    assert (wrong.status_code, wrong.json()["errors"][0]["field"]) == (422, "tenant_ids")
    assert found.pop("last_purchase_at") is not None
    assert found == {"tenant_id": mine, "members": 1, "purchases": 1, "staff": 0}
    assert (await client.get("/v1/platform/figures", params=asked)).status_code == 403


async def test_the_owner_of_a_new_tenant_is_invited(operator, database):
    slug = f"op-owner-{utc_now():%H%M%S%f}"
    body = {"slug": slug, "preset": "shopify", "owner_email": "Ada@Example.com"}
    made = await operator.post("/v1/platform/tenants", json=body)

    async with client_with(database, made.json()["api_key"]) as own:
        staff = (await own.get("/v1/staff")).json()["data"]
    assert made.status_code == 201, made.text
    assert [(person["email"], person["role"], person["status"]) for person in staff] == [
        ("ada@example.com", "owner", "invited")
    ]


async def test_a_tenants_key_sees_no_health_of_the_platform(client):
    assert (await client.get("/v1/platform/health")).status_code in {401, 403}
