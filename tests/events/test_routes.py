"""Events, webhook endpoints, deliveries and dead letters over HTTP."""

import pytest

from laurels import auth, events
from laurels.events import telling
from laurels.events.catalogue import CATALOGUE
from laurels.events.catalogue.members import MemberChanged
from laurels.kit.values.ids import encode, new_id
from laurels.kit.work import Actor
from tests.support.application import described

HOOK = {"url": "https://example.com/hooks", "event_types": ["member.changed"]}


async def tell(house, *words, historical=False):
    """Emit one event per word."""
    async with house.work() as work:
        told = [MemberChanged(new_id(), work.now, [word]) for word in words]
        events.emit(work, told, historical=historical)


async def test_an_endpoint_is_made_changed_and_deleted(client):
    made = await client.post("/v1/webhook-endpoints", json={**HOOK, "description": "for the till"})
    path = f"/v1/webhook-endpoints/{made.json()['id']}"
    read = await client.get(path)
    changed = await client.patch(
        path, json={"event_types": [], "description": None, "status": "disabled"}
    )
    enabled = await client.patch(path, json={"status": "enabled"})
    listed = await client.get("/v1/webhook-endpoints")
    gone = await client.delete(path)

    assert made.status_code == 201
    assert made.json()["secret"].startswith("whsec_")
    assert "secret" not in read.json()
    assert changed.json()["disabled_reason"] == "switched off"
    assert changed.json()["description"] is None
    assert (enabled.json()["status"], enabled.json()["disabled_reason"]) == ("enabled", None)
    assert [each["id"] for each in listed.json()["data"]] == [made.json()["id"]]
    assert gone.status_code == 204
    assert (await client.get(path)).status_code == 404
    assert (await client.get("/v1/webhook-endpoints")).json()["data"] == []


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"url": "http://example.com/hooks"}, "url"),
        ({"url": "https://10.0.0.1/hooks"}, "url"),
        ({"url": "https://example.com/\x00"}, "url"),
        ({"url": "x" * 3000}, "url"),
        ({**HOOK, "event_types": ["points.stolen"]}, "event_types.0"),
        ({**HOOK, "event_types": ["points.credited"] * 101}, "event_types"),
        ({**HOOK, "secret": "whsec_mine"}, "secret"),
    ],
)
async def test_a_wrong_endpoint_is_refused_by_field(client, body, field):
    answer = await client.post("/v1/webhook-endpoints", json=body)

    assert answer.status_code == 422
    assert answer.json()["errors"][0]["field"] == field


async def test_a_repeat_gets_the_first_answer_without_its_secret(client, house):
    headers = {"Idempotency-Key": "hook-1"}
    first = await client.post("/v1/webhook-endpoints", json=HOOK, headers=headers)
    again = await client.post("/v1/webhook-endpoints", json=HOOK, headers=headers)

    assert again.status_code == 201
    assert again.headers["idempotent-replayed"] == "true"
    assert again.json() == {**first.json(), "secret": None}
    async with house.work() as work:
        rows = await work.fetch(
            "select body from laurels.idempotency_keys where tenant_id = $1", work.tenant_id
        )
        stored = await work.fetch(
            "select secret from laurels.webhook_endpoints where tenant_id = $1", work.tenant_id
        )
    secret = first.json()["secret"].encode()
    assert not any(secret in bytes(row["body"]) for row in rows)
    assert not any(secret[6:] in bytes(row["secret"]) for row in stored)


async def test_a_rotated_secret_is_another_one(client):
    made = (await client.post("/v1/webhook-endpoints", json=HOOK)).json()

    rotated = await client.post(f"/v1/webhook-endpoints/{made['id']}/secret/rotate")

    assert rotated.status_code == 200
    assert rotated.json()["secret"] not in {made["secret"], None}
    assert rotated.json()["previous_until"] is not None


async def test_a_test_goes_to_its_endpoint_alone(client, house, relay_now):
    first = (await client.post("/v1/webhook-endpoints", json=HOOK)).json()["id"]
    await client.post("/v1/webhook-endpoints", json={"url": HOOK["url"]})

    accepted = await client.post(f"/v1/webhook-endpoints/{first}/test")
    await relay_now()

    log = (await client.get("/v1/outbound-messages")).json()["data"]
    assert accepted.status_code == 202
    assert [(row["destination_id"], row["type"]) for row in log] == [
        (first, "webhook_endpoint.tested")
    ]


async def test_a_disabled_endpoint_is_told_nothing(client, house, relay_now):
    made = (await client.post("/v1/webhook-endpoints", json=HOOK)).json()["id"]
    await tell(house, "waits")
    await relay_now()
    await client.patch(f"/v1/webhook-endpoints/{made}", json={"status": "disabled"})
    await tell(house, "missed")
    await relay_now()

    log = (await client.get("/v1/outbound-messages", params={"destination_id": made})).json()
    tested = await client.post(f"/v1/webhook-endpoints/{made}/test")
    replayed = await client.post(f"/v1/outbound-messages/{log['data'][0]['id']}/replay")

    assert [row["state"] for row in log["data"]] == ["stopped"]
    assert (tested.status_code, tested.json()["code"]) == (409, "webhook_endpoint_disabled")
    assert replayed.status_code == 409


async def test_what_was_missed_is_sent_again_since_a_moment(client, house, relay_now):
    made = (await client.post("/v1/webhook-endpoints", json=HOOK)).json()["id"]
    path = f"/v1/webhook-endpoints/{made}"
    await tell(house, "stopped")
    await relay_now()
    await client.patch(path, json={"status": "disabled"})
    await tell(house, "missed")
    await tell(house, "past", historical=True)
    await relay_now()
    await client.patch(path, json={"status": "enabled"})

    replayed = await client.post(f"{path}/replay", json={"since": "2020-01-01T00:00:00Z"})
    again = await client.post(f"{path}/replay", json={"since": "2020-01-01T00:00:00Z"})

    log = (await client.get("/v1/outbound-messages", params={"state": "waiting"})).json()["data"]
    assert replayed.json() == {"deliveries": 2}
    assert again.json() == {"deliveries": 0}
    assert len(log) == 2


async def test_a_delivery_is_read_with_its_attempts(client, house, relay_now):
    await client.post("/v1/webhook-endpoints", json=HOOK)
    await tell(house, "a", "b", "c")
    await relay_now()

    first = (await client.get("/v1/outbound-messages", params={"limit": 2})).json()
    rest = (
        await client.get("/v1/outbound-messages", params={"cursor": first["next_cursor"]})
    ).json()
    one = await client.get(f"/v1/outbound-messages/{first['data'][0]['id']}")

    assert (len(first["data"]), first["has_more"], len(rest["data"])) == (2, True, 1)
    assert one.json()["log"] == []
    assert one.json()["state"] == "waiting"


async def test_events_are_listed_newest_first_and_read(client, house, relay_now):
    await tell(house, "a", "b", "c")
    await tell(house, "past", historical=True)
    await relay_now()

    first = (await client.get("/v1/events", params={"limit": 2})).json()
    rest = (await client.get("/v1/events", params={"cursor": first["next_cursor"]})).json()
    everything = (await client.get("/v1/events", params={"historical": True})).json()["data"]
    one = await client.get(f"/v1/events/{first['data'][0]['id']}")
    other = await client.get("/v1/events", params={"types": "points.credited"})

    assert [each["data"]["fields"] for each in first["data"] + rest["data"]] == [
        ["c"], ["b"], ["a"],
    ]  # fmt: skip
    assert [each["position"] for each in everything] == [4, 3, 2, 1]
    assert everything[0]["data"]["events"] == {"member.changed": 1}
    assert one.json() == first["data"][0]
    assert other.json()["data"] == []


async def test_dead_letters_are_listed_replayed_and_discarded(
    client, house, listen, handle_now, hurry
):
    broken = True
    heard = []

    async def react(work, happened):
        if broken:
            msg = "not yet"
            raise ValueError(msg)
        heard.extend(event.payload["fields"][0] for event in happened)

    listen("test.all", react, MemberChanged)
    await tell(house, "a", "b")
    for _ in range(9):
        await handle_now()
        await hurry()

    letters = (await client.get("/v1/dead-letters")).json()["data"]
    path = f"/v1/dead-letters/{letters[0]['id']}"
    one = await client.get(path)
    event = (await client.get(f"/v1/events/{letters[0]['event_id']}")).json()
    discarded = await client.post(f"/v1/dead-letters/{letters[1]['id']}/discard")
    broken = False
    replayed = await client.post(f"{path}/replay")
    await handle_now()

    assert [letter["error"] for letter in letters] == ["ValueError: not yet"] * 2
    assert one.json() == letters[0]
    assert (discarded.status_code, replayed.status_code) == (200, 202)
    assert heard == event["data"]["fields"]
    assert (await client.get("/v1/dead-letters")).json()["data"] == []
    assert (await client.post(f"{path}/replay")).status_code == 404


async def test_reading_and_configuring_are_rights_of_their_own(house, client):
    async with house.work(actor=Actor("operator")) as work:
        made = await auth.create_key(work, name="r", test=False, scopes=["events:read"])
    headers = {"Authorization": f"Bearer {made.key}"}

    assert (await client.get("/v1/events", headers=headers)).status_code == 200
    refused = await client.post("/v1/webhook-endpoints", json=HOOK, headers=headers)
    assert refused.status_code == 403


# -- what is told, and what the documentation says of it -----------------------------------------


@pytest.mark.parametrize("name", sorted(CATALOGUE))
def test_every_event_is_documented_as_it_is_told(name):
    spec = described().openapi()

    operation = spec["webhooks"][name]["post"]
    schema = operation["requestBody"]["content"]["application/json"]["schema"]["$ref"]
    properties = spec["components"]["schemas"][schema.rpartition("/")[2]]["properties"]
    inner = spec["components"]["schemas"][properties["data"]["$ref"].rpartition("/")[2]]
    event = telling.StoredEvent(
        new_id(), name, {}, None, None, 1, *([telling.datetime.max] * 2), False, 0
    )
    told = telling.told(event, new_id())

    assert set(spec["webhooks"]) == set(CATALOGUE)
    assert properties["type"]["const"] == name
    assert set(properties) == set(told)
    assert set(inner["properties"]) == set(told["data"])


def test_ids_and_money_are_told_as_everywhere():
    purchase, member, tenant = new_id(), new_id(), new_id()
    payload = {
        "purchase_id": str(purchase), "amount": "12.5000", "currency": "USD", "points": 12,
        "member_id": str(member),
    }  # fmt: skip
    event = telling.StoredEvent(
        new_id(), "purchase.completed", payload, member, 3, 7,
        telling.datetime.max, telling.datetime.max, False, 0,
    )  # fmt: skip

    assert telling.told(event, tenant)["data"] == {
        "member_id": encode("member", member),
        "purchase_id": encode("purchase", purchase),
        "amount": "12.50",
        "currency": "USD",
        "points": 12,
        "points_paid": None,
    }


async def test_events_of_one_member_are_listed_with_what_led_to_them(client, house, relay_now):
    anna, bert = new_id(), new_id()
    async with house.work() as work:
        events.emit(work, [MemberChanged(anna, work.now, ["a"]), MemberChanged(bert, work.now, [])])
    await relay_now()

    found = await client.get("/v1/events", params={"member_id": encode("member", anna)})

    (row,) = found.json()["data"]
    assert row["data"]["member_id"] == encode("member", anna)
    assert row["cause_id"] is None
    assert (await client.get(f"/v1/events/{row['id']}")).json()["cause_id"] is None


async def test_a_replay_says_before_how_much_it_will_send(client, house, relay_now):
    await tell(house, "before")
    await relay_now()
    made = (await client.post("/v1/webhook-endpoints", json=HOOK)).json()["id"]
    path = f"/v1/webhook-endpoints/{made}/replay"
    since = {"since": "2020-01-01T00:00:00Z"}

    planned = await client.post(path, json=since, params={"dry_run": True})

    assert planned.json()["answer"] == {"deliveries": 1}
    assert (await client.get("/v1/outbound-messages")).json()["data"] == []
    assert (await client.post(path, json=since)).json() == {"deliveries": 1}
