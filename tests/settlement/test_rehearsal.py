"""Dry runs: what they say is what then happens, and nothing of them is left."""

import asyncpg
import pytest

from laurels.events import because, handling
from laurels.events.catalogue.ledger import PointsCredited
from laurels.events.catalogue.members import MemberEnrolled
from laurels.events.catalogue.purchases import PurchaseCompleted
from laurels.ledger import Credit, credit
from tests.settlement.test_routes import buy, wallet_of

RULE = {
    "name": "Ten a week at most",
    "trigger": "purchase.completed",
    "award": {"type": "per_amount", "points": 1, "per": "1"},
}


async def digest(url):
    """Every table with the number of its rows and a digest of what is in them."""
    raw = await asyncpg.connect(url)
    names = await raw.fetch(
        "select format('%I.%I', n.nspname, c.relname) as name from pg_class as c"
        " join pg_namespace as n on n.oid = c.relnamespace"
        " where n.nspname = 'laurels' and c.relkind = 'r' order by 1"
    )
    found = {
        row["name"]: tuple(
            await raw.fetchrow(
                f"select count(*), md5(string_agg(t::text, '|' order by t::text))"
                f" from {row['name']} as t"
            )
        )
        for row in names
    }
    await raw.close()
    return found


@pytest.fixture
def tables(database_name):
    """Digest all tables, seen by the superuser: no wall hides a row."""
    from tests.support import cluster

    async def look():
        found = await digest(cluster.server().url(database=database_name))
        assert found["laurels.tenants"][0] > 0, "the digest sees rows"
        return found

    return look


def purchase(**more):
    """A purchase's JSON."""
    return {"member": "anna", "amount": "40.00", "currency": "USD", **more}


CHANGE = "/v1/purchases/{purchase_id}"
TIER = "/v1/members/{member_id}/tier"
REPLAY = "/v1/webhook-endpoints/{webhook_endpoint_id}/replay"
"""It moves no points; tests of webhooks look at its dry run."""
METHODS = {CHANGE: ["PATCH"], TIER: ["PUT", "DELETE"]}
"""Of the doors that are no POST."""


async def doors(client):
    """Something at every door that has dry runs: the route, the path, a body that is good."""
    bought = await buy(client, "anna", "100.00")
    pending = await buy(client, "anna", "10.00", status="pending")
    sold = {"amount": "10.00", "currency": "USD"}
    guest = (await client.post("/v1/purchases", json=sold)).json()
    wallet = await wallet_of(client, "anna")
    held = (await client.post(f"/v1/wallets/{wallet['id']}/holds", json={"points": 5})).json()
    moves = (await client.get(f"/v1/members/{wallet['member_id']}/transactions")).json()["data"]
    reward = {"name": "Cup", "type": "custom", "cost_points": 5, "stock": 1}
    cup = (await client.post("/v1/rewards", json=reward)).json()
    wallets = f"/v1/wallets/{wallet['id']}"
    rule = {
        "name": "Review", "trigger": "activity.recorded", "award": {"type": "fixed", "points": 5},
    }  # fmt: skip
    assert (await client.post("/v1/earning-rules", json=rule)).status_code == 201
    review = {"member": "anna", "kind": "review"}
    done = (await client.post("/v1/activities", json=review)).json()
    wild = "/v1/wallets/{wallet_id}"
    others = []
    for name in ("twin", "double"):
        await buy(client, name, "10.00")
        others.append((await wallet_of(client, name))["member_id"])
    into = f"/v1/members/{wallet['member_id']}"
    merged = await client.post(f"{into}/merge", json={"from": others[0]})
    assert merged.status_code == 200, merged.text
    ladder = {"new": [{"name": "Bronze", "level": 1, "is_default": True}]}
    (bronze,) = (await client.put("/v1/tiers", json=ladder)).json()["data"]
    by_hand = {"tier_id": bronze["id"]}
    assert (await client.put(f"{into}/tier", json=by_hand)).status_code == 200
    return [
        ("/v1/purchases", "/v1/purchases", purchase(lines=[{"unit_price": "4", "quantity": "10"}])),
        ("/v1/purchases/bulk", "/v1/purchases/bulk", {"items": [purchase(), purchase(amount="x")]}),
        ("/v1/purchases/{purchase_id}/claim", f"/v1/purchases/{guest['id']}/claim",
         {"member": "somebody-new"}),
        ("/v1/purchases/{purchase_id}/complete", f"/v1/purchases/{pending['id']}/complete", None),
        ("/v1/purchases/{purchase_id}", f"/v1/purchases/{pending['id']}",
         {"amount": "7.00", "member": "somebody-new", "lines": [{"unit_price": "7"}]}),
        ("/v1/purchases/{purchase_id}/refunds", f"/v1/purchases/{bought['id']}/refunds",
         {"amount": "30.00"}),
        ("/v1/refunds/bulk", "/v1/refunds/bulk",
         {"items": [{"purchase_id": bought["id"], "amount": "30.00"}]}),
        ("/v1/activities", "/v1/activities", review),
        ("/v1/activities/bulk", "/v1/activities/bulk", {"items": [review, {"kind": "review"}]}),
        ("/v1/activities/{activity_id}/revoke", f"/v1/activities/{done['id']}/revoke", None),
        ("/v1/redemptions", "/v1/redemptions",
         {"member_id": wallet["member_id"], "reward_id": cup["id"]}),
        (f"{wild}/credit", f"{wallets}/credit", {"points": 7}),
        (f"{wild}/debit", f"{wallets}/debit", {"points": 7}),
        (f"{wild}/penalty", f"{wallets}/penalty", {"points": 2, "reason": "why"}),
        (f"{wild}/holds", f"{wallets}/holds", {"points": 7}),
        ("/v1/holds/{hold_id}/capture", f"/v1/holds/{held['id']}/capture", {"points": 2}),
        ("/v1/holds/{hold_id}/release", f"/v1/holds/{held['id']}/release", None),
        ("/v1/transactions/{transaction_id}/reverse",
         f"/v1/transactions/{moves[0]['id']}/reverse", {}),
        ("/v1/members/{member_id}/merge", f"{into}/merge", {"from": others[1]}),
        ("/v1/members/{member_id}/unmerge", f"/v1/members/{others[0]}/unmerge", None),
        ("/v1/movements/bulk", "/v1/movements/bulk",
         {"items": [{"wallet_id": wallet["id"], "points": 3, "type": "credit"}]}),
        (TIER, f"{into}/tier", {**by_hand, "note": "a friend of the house"}),
    ]  # fmt: skip


async def test_nothing_is_left_of_a_dry_run_at_any_door(client, tables):
    tried = await doors(client)
    document = (await client.get("/openapi.json")).json()
    having = {
        path
        for path, operations in document["paths"].items()
        for operation in operations.values()
        if any(value.get("name") == "dry_run" for value in operation.get("parameters", []))
    }
    before = await tables()
    answers = {}
    for route, path, body in tried:
        for method in METHODS.get(route, ["POST"]):
            answer = await client.request(
                method, path, params={"dry_run": "true"},
                json=body, headers={"Idempotency-Key": "dry"},
            )  # fmt: skip
            assert answer.status_code == 200, answer.text
            told = answers[route] = answer.json()
            assert told["dry_run"] is True
            assert told["status"] in {200, 201}, answer.text
            assert await tables() == before, route

    assert having - {REPLAY} == {route for route, _, _ in tried}
    assert [route for route, told in answers.items() if not told["wallets"]] == [CHANGE, TIER]
    bulk = {route: told["answer"] for route, told in answers.items() if route.endswith("bulk")}
    assert {route: (told["succeeded"], told["failed"]) for route, told in bulk.items()} == {
        "/v1/purchases/bulk": (1, 1), "/v1/refunds/bulk": (1, 0), "/v1/movements/bulk": (1, 0),
        "/v1/activities/bulk": (1, 1),
    }  # fmt: skip


def moved(row):
    """What a transaction did, without ids and moments."""
    names = ("type", "source", "points", "amount", "debt_delta", "balance_after", "seq")
    return {name: row[name] for name in names}


def dated(lot, field="initial"):
    """A lot's points and days. Two requests are not sent in the same second."""
    days = [lot[name] and lot[name][:10] for name in ("matures_at", "expires_at")]
    return (lot[field], *days)


async def outbox(house):
    """The types of the events of the house, in the order written."""
    async with house.work() as work:
        rows = await work.fetch(
            "select type from laurels.outbox where tenant_id = $1 order by id", work.tenant_id
        )
    return [row["type"] for row in rows]


async def transactions(client, wallet):
    """The transactions of a wallet's member, the oldest first."""
    path = f"/v1/members/{wallet['member_id']}/transactions"
    return (await client.get(path, params={"limit": 100})).json()["data"][::-1]


async def compare(client, house, path, body):
    """Ask for it dry, then for good; what was said is what happened. Return what was said."""
    wallet = await wallet_of(client, "anna")
    events, rows = await outbox(house), await transactions(client, wallet)
    lots = (await client.get(f"/v1/wallets/{wallet['id']}/lots")).json()["data"]
    dry = (await client.post(path, params={"dry_run": "true"}, json=body)).json()
    real = await client.post(path, json=body)
    after = await wallet_of(client, "anna")
    happened = (await outbox(house))[len(events) :]
    booked = (await transactions(client, wallet))[len(rows) :]
    opened = (await client.get(f"/v1/wallets/{wallet['id']}/lots")).json()["data"]
    known = {lot["id"] for lot in lots}

    assert dry["status"] == real.status_code
    assert dry["answer"].get("points") == real.json().get("points")
    assert dry["answer"].get("code") == real.json().get("code")
    assert sorted(event["type"] for event in dry["events"]) == sorted(happened)
    assert [moved(row) for row in dry["transactions"]] == [moved(row) for row in booked]
    assert [dated(lot, "points") for lot in dry["lots"]] == [
        dated(lot) for lot in opened if lot["id"] not in known
    ]
    figures = ("available", "pending", "held", "debt", "balance", "lifetime_earned")
    for shown in dry["wallets"]:
        assert {name: shown[name] for name in figures} == {name: after[name] for name in figures}
    return dry


async def test_a_purchase_with_dates_earns_what_the_dry_run_said(client, house):
    await house.program(maturity_days=14, expiry_days=365)
    await buy(client, "anna", "5.00")

    dry = await compare(client, house, "/v1/purchases", purchase())

    assert [lot["points"] for lot in dry["lots"]] == [40]
    assert dry["lots"][0]["matures_at"]
    assert dry["wallets"][0]["pending"] == 45
    assert dry["caps"] == []


async def test_a_cap_that_cuts_is_shown_and_so_is_one_that_leaves_nothing(client, house):
    rules = (await client.get("/v1/earning-rules")).json()["data"]
    capped = {name: rules[0][name] for name in ("name", "trigger", "conditions", "award")}
    capped["caps"] = [{"period": "day", "points": 50}]
    changed = await client.put(f"/v1/earning-rules/{rules[0]['id']}", json=capped)
    assert changed.status_code == 200, changed.text
    await buy(client, "anna", "20.00")

    cut = await compare(client, house, "/v1/purchases", purchase())
    empty = await compare(client, house, "/v1/purchases", purchase())

    assert cut["answer"]["points"] == 30
    assert [(cap["rule_id"], cap["points"]) for cap in cut["caps"]] == [(rules[0]["id"], 30)]
    assert "cap of 50" in cut["caps"][0]["words"][0]
    assert [cap["points"] for cap in empty["caps"]] == [0]
    assert empty["transactions"] == []


async def test_a_refund_of_what_was_spent_says_the_debt(client, house):
    bought = await buy(client, "anna", "100.00")
    wallet = await wallet_of(client, "anna")
    await client.post(f"/v1/wallets/{wallet['id']}/debit", json={"points": 80})

    dry = await compare(client, house, f"/v1/purchases/{bought['id']}/refunds", {})

    assert (dry["wallets"][0]["balance"], dry["wallets"][0]["debt"]) == (0, 80)


async def test_every_other_door_says_what_then_happens(client, house):
    await buy(client, "anna", "100.00")
    pending = await buy(client, "anna", "10.00", status="pending")
    wallet = await wallet_of(client, "anna")
    held = (await client.post(f"/v1/wallets/{wallet['id']}/holds", json={"points": 50})).json()
    first = (await transactions(client, wallet))[0]
    items = [{"wallet_id": wallet["id"], "points": n, "type": "debit"} for n in (40, 40, 5)]
    said = []
    for path, body in [
        (f"/v1/purchases/{pending['id']}/complete", None),
        (f"/v1/wallets/{wallet['id']}/credit", {"points": 3, "expires_at": "2090-01-01T00:00:00Z"}),
        (f"/v1/wallets/{wallet['id']}/holds", {"points": 5}),
        (f"/v1/holds/{held['id']}/capture", {"points": 20}),
        ("/v1/movements/bulk", {"items": items}),
        (f"/v1/transactions/{first['id']}/reverse", {"reason": "a mistake"}),
    ]:
        dry = await compare(client, house, path, body)
        said.append((dry["status"], [row["points"] for row in dry["transactions"]]))

    assert said == [
        (200, [10]), (201, [3]), (201, []), (200, [-20]), (200, [-40, -40, -5]), (201, [-100]),
    ]  # fmt: skip


async def test_a_refusal_is_an_answer_and_nothing_follows(client, house):
    await buy(client, "anna", "10.00")
    wallet = await wallet_of(client, "anna")

    dry = await compare(client, house, f"/v1/wallets/{wallet['id']}/debit", {"points": 11})

    assert (dry["status"], dry["answer"]["code"]) == (409, "insufficient_points")
    assert (dry["transactions"], dry["events"], dry["wallets"]) == ([], [], [])
    done = await buy(client, "anna", "1.00")
    path = f"/v1/purchases/{done['id']}/complete"
    refused = await client.post(f"/v1/purchases/{done['id']}/cancel")
    assert refused.status_code == 409
    refused = await client.patch(
        f"/v1/purchases/{done['id']}", params={"dry_run": "true"}, json={"amount": "2.00"}
    )
    again = await client.post(path, params={"dry_run": "true"})

    assert (refused.json()["status"], refused.json()["events"]) == (409, [])
    assert again.json()["status"] in {200, 409}


@pytest.mark.parametrize("path", ["/v1/purchases", "/v1/purchases/bulk"])
async def test_who_may_not_or_asks_amiss_is_told_so_as_ever(client, path):
    amiss = await client.post(path, params={"dry_run": "perhaps"}, json=purchase())
    wrong = await client.post(path, params={"dry_run": "true"}, json={"amount": "x"})
    stranger = await client.post(
        path,
        params={"dry_run": "true"},
        json={"items": [purchase()]} if path.endswith("bulk") else purchase(),
        headers={"Authorization": "Bearer nobody"},
    )

    assert (amiss.status_code, amiss.json()["errors"][0]["field"]) == (422, "dry_run")
    assert (wrong.status_code, stranger.status_code) == (422, 401)


async def test_a_dry_run_neither_takes_nor_compares_a_key(client):
    headers, dry = {"Idempotency-Key": "k-1"}, {"dry_run": "true"}
    await client.post("/v1/purchases", params=dry, json=purchase(), headers=headers)
    other = purchase(amount="41.00")

    real = await client.post("/v1/purchases", json=other, headers=headers)
    after = await client.post("/v1/purchases", params=dry, json=purchase(), headers=headers)
    again = await client.post("/v1/purchases", json=other, headers=headers)

    assert (real.status_code, after.json()["status"]) == (201, 201)
    assert after.json()["answer"]["points"] == 40
    assert again.headers["idempotent-replayed"] == "true"


@pytest.fixture
def listen(monkeypatch):
    """Register a handler for this test alone."""
    monkeypatch.setattr(handling, "_handlers", {})

    def register(name, reaction, *types):
        handling.handler(name, *types)(reaction)

    return register


async def test_handlers_have_their_effects_and_one_that_fails_says_so_alone(
    client, house, listen, tables
):
    async def greet(work, happened):
        for event in happened:
            bonus = Credit(member_id=event.member_id, points=5, type="bonus", source="signup")
            await credit(because(work, event), bonus)

    async def fail(work, happened):
        await greet(work, happened)
        msg = "the printer is out of paper"
        raise RuntimeError(msg)

    async def refused_by_database(work, happened):
        await work.fetch("select 1 / 0")

    listen("tests.greet", greet, MemberEnrolled)
    listen("tests.print", fail, MemberEnrolled)
    listen("tests.divide", refused_by_database, PurchaseCompleted)
    before = await tables()

    answer = await client.post("/v1/purchases", params={"dry_run": "true"}, json=purchase())
    told = answer.json()

    outcomes = {
        handler["name"]: (handler["outcome"], handler["error"])
        for event in told["events"]
        for handler in event["handlers"]
    }
    assert outcomes["tests.greet"] == ("done", None)
    assert outcomes["tests.print"] == ("failed", "RuntimeError: the printer is out of paper")
    assert outcomes["tests.divide"][0] == "failed"
    assert [row["points"] for row in told["transactions"]] == [40, 5]
    assert [event["depth"] for event in told["events"]] == [0, 0, 0, 1]
    assert told["wallets"][0]["balance"] == 45
    assert await tables() == before


async def test_a_chain_without_an_end_is_parked_where_the_relay_would(client, listen):
    async def more(work, happened):
        for event in happened:
            bonus = Credit(member_id=event.member_id, points=1, type="bonus", source="signup")
            await credit(because(work, event), bonus)

    listen("tests.more", more, PointsCredited)

    answer = await client.post("/v1/purchases", params={"dry_run": "true"}, json=purchase())
    credits_ = [e for e in answer.json()["events"] if e["type"] == "points.credited"]

    assert [event["depth"] for event in credits_] == [0, 1, 2, 3, 4, 5, 6]
    outcomes = [event["handlers"][0]["outcome"] for event in credits_]
    assert outcomes == ["done"] * 6 + ["parked"]


async def test_endpoints_that_would_be_told_are_counted(client):
    for kinds in ([], ["purchase.completed"], ["member.merged"]):
        made = await client.post(
            "/v1/webhook-endpoints",
            json={"url": "https://example.com/hook", "event_types": kinds},
        )
        if made.status_code != 201:
            assert kinds == ["member.merged"], made.text

    answer = await client.post("/v1/purchases", params={"dry_run": "true"}, json=purchase())

    told = {event["type"]: event["webhook_endpoints"] for event in answer.json()["events"]}
    assert (told["points.credited"], told["purchase.completed"]) == (1, 2)
