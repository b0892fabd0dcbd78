"""Every operation behind a door that changes configuration, a member or points leaves an entry."""

import re
from io import BytesIO
from typing import Any
from uuid import uuid4

import httpx
import pytest
from PIL import Image
from tools.reference.pages import entrances

from laurels import events
from laurels.kit.jobs import all_jobs
from laurels.kit.values.ids import PREFIXES, encode
from tests.support.application import described

from .source import nothing, sql_files, text_of

RULE = {
    "name": "Audited",
    "trigger": "purchase.completed",
    "award": {"type": "fixed", "points": 5},
}
SEGMENT = {
    "name": "Audited",
    "criteria": {"field": "points.available", "op": "gte", "value": 50},
}
REWARD = {"name": "First", "type": "custom", "cost_points": 5, "fulfilment": "pool"}
PICTURE = BytesIO()
Image.new("RGB", (2, 2)).save(PICTURE, "PNG")
OF_PEOPLE = {"public", "signed-in"}
"""What the doors of people ask for; tests/auth holds that what happens there is noted."""
OWN_RECORDS = {
    "POST /v1/purchases": "a purchase is its own record, with source, moment and event",
    "POST /v1/purchases/{purchase_id}/complete": "the purchase says when it was completed",
    "POST /v1/purchases/{purchase_id}/cancel": "the purchase says what became of it",
    "POST /v1/purchases/{purchase_id}/fail": "the purchase says what became of it",
    "POST /v1/purchases/{purchase_id}/refunds": "a refund is its own record",
    "POST /v1/purchases/bulk": "purchases are their own records",
    "POST /v1/refunds/bulk": "refunds are their own records",
    "POST /v1/activities": "an activity is its own record, with source, moment and event",
    "POST /v1/activities/bulk": "activities are their own records",
    "POST /v1/earning-rules/simulate": "a simulation is undone",
    "POST /v1/members/search": "members are listed, and nothing is kept",
    "POST /v1/segments/preview": "criteria are tried, and nothing is kept",
    "POST /v1/redemptions": "a redemption is its own record: who, when, for what, by whose key",
    "POST /v1/webhook-endpoints/{webhook_endpoint_id}/test": "a test is an event of its own",
    "POST /v1/bulk-actions/preview": "an action is tried and undone",
    "PUT /v1/imports/{import_id}/content": "the import that the file is for was noted",
    "POST /v1/imports/{import_id}/preview": "a preview changes nothing",
    "POST /v1/tiers/preview": "a preview changes nothing",
    "POST /v1/test-clock": "only test tenants have one; tests/jobs hold that moving it is noted",
}
"""Routes that leave no entry, each with its reason. What SQL does to them is noted."""

BODIES: dict[str, Any] = {
    "POST /v1/members": {"external_id": "audited"},
    "POST /v1/members/{member_id}/block": {"reason": "x"},
    "PATCH /v1/members/{member_id}": {"first_name": "Changed"},
    "POST /v1/wallets/{wallet_id}/credit": {"points": 5},
    "POST /v1/wallets/{wallet_id}/debit": {"points": 1},
    "POST /v1/wallets/{wallet_id}/penalty": {"points": 1, "reason": "why"},
    "POST /v1/wallets/{wallet_id}/holds": {"points": 1},
    "POST /v1/transactions/{transaction_id}/reverse": {"reason": "x"},
    "POST /v1/api-keys": {"name": "Another", "scopes": ["audit:read"]},
    "POST /v1/earning-rules": RULE,
    "POST /v1/staff": {"email": f"{uuid4().hex}@example.org", "role": "cashier"},
    "PATCH /v1/purchases/{purchase_id}": {"note": "x"},
    "POST /v1/purchases/{purchase_id}/claim": {"member": "audited"},
    "PATCH /v1/staff/{staff_id}": {"role": "manager"},
    "PUT /v1/earning-rules/{rule_id}": {**RULE, "name": "Other"},
    "PATCH /v1/tenant": {"name": "Other"},
    "PATCH /v1/settings/{section}": {"loyalty_enabled": False},
    "POST /v1/programs": {"name": "Stamps"},
    "POST /v1/imports": {"file_name": "orders.csv", "size_bytes": 9},
    "PATCH /v1/imports/{import_id}": {"source": "shop"},
    "POST /v1/tiers": {"name": "Top", "level": 9},
    "PUT /v1/tiers": {"new": [{"name": "Top", "level": 9}]},
    "PATCH /v1/tiers/{tier_id}": {"name": "Other"},
    "PATCH /v1/programs/{program_id}": {"unit_name": "stars"},
    "POST /v1/bulk-actions": {"action": {"type": "block", "reason": "x"}, "filter": {}},
    "POST /v1/members/bulk": {"items": [{"external_id": "audited"}]},
    "POST /v1/segments": SEGMENT,
    "PATCH /v1/segments/{segment_id}": {"name": "Other"},
    "POST /v1/segments/{segment_id}/duplicate": {"name": "Copy"},
    "POST /v1/segments/{segment_id}/members": {"external_ids": ["audited"]},
    "POST /v1/segments/{segment_id}/members/remove": {"external_ids": ["audited"]},
    "POST /v1/rewards": {**REWARD, "name": "Second"},
    "PATCH /v1/rewards/{reward_id}": {"cost_points": 6},
    "POST /v1/rewards/{reward_id}/vouchers": {"codes": ["B-1"]},
    "POST /v1/rewards/{reward_id}/vouchers/withdraw": {"codes": ["A-1"]},
    "PATCH /v1/redemptions/{redemption_id}": {"notes": "x"},
    "POST /v1/redemptions/{redemption_id}/fail": {"reason": "x"},
    "POST /v1/redemptions/{redemption_id}/use": {"order_ref": "A-1"},
    "POST /v1/webhook-endpoints": {"url": "https://example.com/hooks"},
    "PATCH /v1/webhook-endpoints/{webhook_endpoint_id}": {"description": "Other"},
    "POST /v1/webhook-endpoints/{webhook_endpoint_id}/replay": {"since": "2026-01-01T00:00:00Z"},
}
FILES = {"PUT /v1/rewards/{reward_id}/picture": PICTURE.getvalue()}
"""What is sent where the body is a file."""
FIRST: dict[str, list[tuple[str, str]]] = {
    "POST /v1/members/{member_id}/restore": [("DELETE", "/v1/members/{member_id}")],
    "POST /v1/members/{member_id}/unblock": [("POST", "/v1/members/{member_id}/block")],
    "POST /v1/imports/{import_id}/stop": [("POST", "/v1/imports/{import_id}/start")],
    "POST /v1/earning-rules/{rule_id}/resume": [("POST", "/v1/earning-rules/{rule_id}/pause")],
    "POST /v1/earning-rules/{rule_id}/restore": [("POST", "/v1/earning-rules/{rule_id}/archive")],
    "POST /v1/tiers/{tier_id}/restore": [("DELETE", "/v1/tiers/{tier_id}")],
    "POST /v1/segments/{segment_id}/restore": [("POST", "/v1/segments/{segment_id}/archive")],
    "POST /v1/rewards/{reward_id}/resume": [("POST", "/v1/rewards/{reward_id}/pause")],
    "DELETE /v1/rewards/{reward_id}/picture": [("PUT", "/v1/rewards/{reward_id}/picture")],
    "POST /v1/rewards/{reward_id}/restore": [("POST", "/v1/rewards/{reward_id}/archive")],
    "POST /v1/redemptions/{redemption_id}/use": [
        ("POST", "/v1/redemptions/{redemption_id}/complete")
    ],
    "POST /v1/redemptions/{redemption_id}/refund": [
        ("POST", "/v1/redemptions/{redemption_id}/complete")
    ],
    "POST /v1/staff/{staff_id}/restore": [("DELETE", "/v1/staff/{staff_id}")],
    "POST /v1/programs/{program_id}/restore": [("POST", "/v1/programs/{program_id}/archive")],
}
"""What must be done before a route has anything to do."""


def writing_routes() -> list[str]:
    """Method and path of every route of a tenant that changes something."""
    app = described()
    return [
        f"{door.method} {door.path}"
        for door in entrances(app)
        if door.method in {"POST", "PUT", "PATCH", "DELETE"}
        and door.path.startswith("/v1/")
        and not str(door.asks).startswith("platform:")
        and door.asks not in OF_PEOPLE
    ]


async def a_segment(client: httpx.AsyncClient, *, by_hand: bool) -> str:
    """A segment by criteria, or a list by hand."""
    body = {"name": "List", "kind": "static"} if by_hand else {**SEGMENT, "name": "First"}
    return (await client.post("/v1/segments", json=body)).json()["id"]


async def things(client: httpx.AsyncClient, house, route: str) -> dict[str, str]:
    """One of each thing that a path may name."""
    member = await house.member(balance=50)
    wallet = encode("wallet", await house.wallet_id(member))
    hold = await client.post(f"/v1/wallets/{wallet}/holds", json={"points": 3})
    moved = await client.post(f"/v1/wallets/{wallet}/credit", json={"points": 3})
    rule = await client.post("/v1/earning-rules", json={**RULE, "name": "First"})
    far = {"name": "First", "level": 1, "min_points": 1_000_000}
    tier = await client.post("/v1/tiers", json=far)
    key = await client.post("/v1/api-keys", json=BODIES["POST /v1/api-keys"])
    person = await client.post(
        "/v1/staff", json={"email": f"{uuid4().hex}@example.org", "role": "analyst"}
    )
    endpoint = await client.post("/v1/webhook-endpoints", json={"url": "https://example.com/one"})
    activity = await client.post("/v1/activities", json={"member": "doer", "kind": "review"})
    order = {"amount": "1.00", "currency": "USD", "status": "pending"}
    purchase = await client.post("/v1/purchases", json=order)
    told = endpoint.json()["id"]
    await client.post(f"/v1/webhook-endpoints/{told}/test")
    while await events.relay_all(house.database):
        pass
    async with house.work() as work:
        await work.fetch(
            "update laurels.outbound_messages set state = 'dead', finished_at = now()"
            " where tenant_id = $1",
            work.tenant_id,
        )
    messages = (await client.get("/v1/outbound-messages?channel=webhook")).json()["data"]
    reward, redemption = await rewarded(client, encode("member", member))
    waiting = await client.post(
        "/v1/bulk-actions", json=BODIES["POST /v1/bulk-actions"] | {"filter": {"status": "active"}}
    )
    return {
        "bulk_action_id": waiting.json()["id"],
        "import_id": await an_import(client),
        "activity_id": activity.json()["id"],
        "purchase_id": purchase.json()["id"],
        "job": next(iter(all_jobs())),
        "webhook_endpoint_id": told,
        "outbound_message_id": messages[0]["id"],
        "dead_letter_id": encode("dead_letter", await dead_letter(house)),
        "member_id": encode("member", member),
        "wallet_id": wallet,
        "hold_id": hold.json()["id"],
        "transaction_id": moved.json()["transaction"]["id"],
        "rule_id": rule.json()["id"],
        "reward_id": reward,
        "redemption_id": redemption,
        "api_key_id": key.json()["id"],
        "staff_id": person.json()["id"],
        "program_id": encode("program", await house.program(default=False)),
        "segment_id": await a_segment(client, by_hand="/members" in route),
        "section": "loyalty",
        "tier_id": tier.json()["id"],
    }


async def an_import(client: httpx.AsyncClient) -> str:
    """A file that waits to be imported."""
    content = b"external_id\n1\n"
    asked = {"file_name": "people.csv", "size_bytes": len(content), "kind": "members"}
    made = (await client.post("/v1/imports", json=asked)).json()["id"]
    await client.put(f"/v1/imports/{made}/content", content=content)
    return made


async def rewarded(client: httpx.AsyncClient, member: str) -> tuple[str, str]:
    """A reward with a code in its pool, and a redemption of another one that waits."""
    pool = await client.post("/v1/rewards", json=REWARD)
    await client.post(f"/v1/rewards/{pool.json()['id']}/vouchers", json={"codes": ["A-1"]})
    slow = await client.post("/v1/rewards", json={**REWARD, "fulfilment": "manual"})
    asked = {"member_id": member, "reward_id": slow.json()["id"]}
    taken = await client.post("/v1/redemptions", json=asked)
    return pool.json()["id"], taken.json()["id"]


async def dead_letter(house):
    """An event that its handler could not handle."""
    async with house.work() as work:
        row = await work.fetchrow(
            "insert into laurels.event_handlings (tenant_id, event_id, handler, event_type,"
            " position, state, error, next_attempt_at, created_at, finished_at)"
            " select tenant_id, id, 'audited', type, position, 'dead', 'x', now(), now(), now()"
            " from laurels.outbox where tenant_id = $1 and position is not null limit 1"
            " returning id",
            work.tenant_id,
        )
    return row["id"]


@pytest.mark.parametrize("route", [r for r in writing_routes() if r not in OWN_RECORDS])
async def test_a_write_leaves_an_entry_with_its_request(client, house, route):
    named = await things(client, house, route)
    method, path = route.split(" ")
    other = encode("member", await house.member())
    if route.endswith("/unmerge"):
        await client.post(f"/v1/members/{named['member_id']}/merge", json={"from": other})
    for verb, before in FIRST.get(route, []):
        sent = f"{verb} {before}"
        body = {"content": FILES[sent]} if sent in FILES else {"json": BODIES.get(sent)}
        await client.request(verb, before.format(**named), **body)
    body = {"from": other} if route.endswith("/merge") else BODIES.get(route)
    if route.endswith("/members/{member_id}/tier"):
        body = {"tier_id": named["tier_id"]} if method == "PUT" else None
        if method == "DELETE":
            await client.put(path.format(**named), json={"tier_id": named["tier_id"]})
    if route.endswith("/give"):
        body = {"member_id": named["member_id"], "reason": "x"}
    if route == "POST /v1/movements/bulk":
        body = {"items": [{"type": "credit", "wallet_id": named["wallet_id"], "points": 1}]}

    path = path.format(**named)
    if route in FILES:
        answer = await client.request(method, path, content=FILES[route])
    else:
        answer = await client.request(method, path, json=body)

    assert answer.status_code in {200, 201, 202, 204}, answer.text
    request_id = answer.headers["x-request-id"]
    log = (await client.get("/v1/audit-log", params={"limit": 100})).json()["data"]
    entries = [entry for entry in log if entry["request_id"] == request_id]
    assert entries, f"{route} leaves no entry; call audit.record beside the change"
    assert all(entry["actor_type"] == "api_key" for entry in entries)


def test_the_list_of_routes_without_entry_names_routes_that_exist():
    nothing(sorted(set(OWN_RECORDS) - set(writing_routes())))


def test_what_sql_does_is_noted_under_the_ids_that_the_api_writes():
    """The triggers name the kind of a thing and the prefix of its ids; empty: it has none."""
    named = re.compile(r"execute function laurels\.audit_outside\('(\w+)', '(\w*)'")
    triggers = [each for path in sql_files() for each in named.findall(text_of(path))]

    assert len(triggers) >= 16
    nothing([f"{kind}: {prefix}" for kind, prefix in triggers
             if prefix and PREFIXES.get(kind) != prefix])  # fmt: skip


def test_actions_are_named_by_what_was_done():
    from .source import source_files, text_of

    found = [
        f"{path.name}: {action}"
        for path in source_files()
        for action in re.findall(r'action="([^"]+)"', text_of(path))
        if not re.fullmatch(r"[a-z_]+\.[a-z_]+", action)
    ]

    nothing(found)
