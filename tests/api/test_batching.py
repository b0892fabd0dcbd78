"""Requests that wait together are booked together, and each stands alone."""

import asyncio
import contextlib

import asyncpg
import httpx
import pytest

from laurels import auth, tenants
from laurels.api import create_app
from laurels.kit.hot import batch
from laurels.kit.values import ids
from tests.support import cluster
from tests.support.asking import until_queued
from tests.support.waiting import until_somebody_waits_for


def purchase(number, **more):
    """A purchase's JSON, with a number of its own."""
    return {
        "member": f"m-{number % 5}", "amount": "10.00", "currency": "USD",
        "external_id": f"o-{number}", **more,
    }  # fmt: skip


async def buy_at_once(client, count, **headers):
    """Send so many purchases at the same moment."""
    return await asyncio.gather(
        *(client.post("/v1/purchases", json=purchase(n), headers=headers) for n in range(count))
    )


async def booked(house):
    """The numbers of all purchases, and in how many transactions they were written."""
    async with house.work() as work:
        rows = await work.fetch(
            "select external_id, xmin::text from laurels.purchases where tenant_id = $1",
            work.tenant_id,
        )
    return sorted(row[0] or "" for row in rows), len({row[1] for row in rows})


@pytest.fixture
async def poisoned(owner_url, database_name):
    """Make the database refuse the purchase `o-3`: at once, when committing, or by dying."""
    admin = await asyncpg.connect(cluster.server().url(database=database_name))
    await admin.execute(
        "create schema poison; grant usage on schema poison to public;"
        "create function poison.act() returns trigger language plpgsql security definer as $$"
        " begin if new.external_id = 'o-3' then if tg_argv[0] = 'die' then"
        " perform pg_terminate_backend(pg_backend_pid()); else perform 1 / 0; end if; end if;"
        " return new; end $$"
    )

    async def poison(how):
        when = {
            "at once": "create trigger poison before insert on laurels.purchases for each row",
            "late": "create constraint trigger poison after insert on laurels.purchases"
            " deferrable initially deferred for each row",
            "die": "create constraint trigger poison after insert on laurels.purchases"
            " deferrable initially deferred for each row",
        }[how]
        await admin.execute(f"{when} execute function poison.act('{how}')")

    async def cure():
        await admin.execute("drop trigger if exists poison on laurels.purchases")

    poison.cure = cure
    yield poison
    await cure()
    await admin.execute("drop schema poison cascade")
    await admin.close()


async def test_what_waits_is_booked_in_one_transaction(client, house):
    answers = await buy_at_once(client, 16)

    assert {answer.status_code for answer in answers} == {201}
    numbers, transactions = await booked(house)
    assert len(numbers) == 16
    assert transactions <= 3


@pytest.fixture
async def held_up(house, patient):
    """Hold up the booking of every purchase of one member until the block ends."""

    @contextlib.asynccontextmanager
    async def hold(client, number):
        await client.post("/v1/purchases", json=purchase(number, external_id="before"))
        async with house.work() as work:
            await work.fetch(
                "select 1 from laurels.wallets as w inner join laurels.members as m"
                " on m.tenant_id = w.tenant_id and m.id = w.member_id"
                " where w.tenant_id = $1 and m.external_id = $2 for update of w",
                work.tenant_id, f"m-{number % 5}",
            )  # fmt: skip
            first = asyncio.create_task(client.post("/v1/purchases", json=purchase(number)))
            await until_somebody_waits_for(work)
            yield first

    return hold


async def test_who_waits_is_booked_with_the_next_transaction(client, house, held_up):
    async with held_up(client, 0):
        others = [
            asyncio.create_task(client.post("/v1/purchases", json=purchase(5 * n + 1)))
            for n in range(1, 40)
        ]
        await until_queued(client, len(others))

        assert not any(task.done() for task in others)
    answers = await asyncio.gather(*others)
    assert {answer.status_code for answer in answers} == {201}
    _, transactions = await booked(house)
    assert transactions == 3  # the one before, the one held up, and theirs


async def test_a_purchase_takes_seven_round_trips(client, monkeypatch):
    await client.post("/v1/purchases", json=purchase(1))
    sent = []
    for name in ("execute", "fetch", "fetchrow", "fetchval"):
        real = getattr(asyncpg.Connection, name)

        async def noted(self, query, *arguments, real=real, **more):
            sent.append(query)
            return await real(self, query, *arguments, **more)

        monkeypatch.setattr(asyncpg.Connection, name, noted)

    answer = await client.post("/v1/purchases", json=purchase(6))

    assert answer.status_code == 201
    # To begin, who it is, whose purchase, the purchase, the wallet, all that is written, the end.
    assert len(sent) == 7, sent
    assert sent[0].startswith("begin")
    assert sent[-1] == "commit"


@pytest.mark.parametrize("how", ["at once", "late"])
async def test_a_poisoned_item_fails_alone(client, house, poisoned, how):
    await poisoned(how)

    answers = await buy_at_once(client, 16)

    statuses = {n: answer.status_code for n, answer in enumerate(answers)}
    assert statuses == {n: 500 if n == 3 else 201 for n in range(16)}
    assert answers[3].json()["code"] == "internal"
    numbers, _ = await booked(house)
    assert numbers == sorted(f"o-{n}" for n in range(16) if n != 3)


async def test_nobody_is_told_of_a_success_when_the_connection_dies_in_the_commit(
    client, house, poisoned
):
    await poisoned("die")
    answers = await buy_at_once(client, 8)
    numbers, _ = await booked(house)

    assert answers[3].status_code in {500, 503}
    assert numbers == sorted(f"o-{n}" for n, a in enumerate(answers) if a.status_code == 201)
    await poisoned.cure()
    again = await buy_at_once(client, 8)
    assert {answer.status_code for answer in again} <= {200, 201}
    assert len((await booked(house))[0]) == 8


async def test_a_caller_who_leaves_harms_nobody(client, house):
    tasks = [asyncio.create_task(client.post("/v1/purchases", json=purchase(n))) for n in range(12)]
    await asyncio.sleep(0.005)
    for number in (0, 3, 7):
        tasks[number].cancel()
    answers = await asyncio.gather(*tasks, return_exceptions=True)

    stayed = [a for a in answers if not isinstance(a, BaseException)]
    assert len(stayed) == 9
    assert {answer.status_code for answer in stayed} == {201}
    # Who left is booked wholly or not at all; the books are checked when the test is over.
    numbers, _ = await booked(house)
    assert {f"o-{n}" for n in range(12) if n not in {0, 3, 7}} <= set(numbers)
    for number in (0, 3, 7):
        again = await client.post("/v1/purchases", json=purchase(number))
        assert again.status_code == (200 if f"o-{number}" in numbers else 201)


async def test_a_full_queue_is_refused_and_says_when_to_come_back(client, house, monkeypatch):
    monkeypatch.setattr(batch, "MAX_WAITING", 4)

    answers = await buy_at_once(client, 40)

    refused = [answer for answer in answers if answer.status_code != 201]
    assert refused
    assert {answer.status_code for answer in refused} == {503}
    assert {answer.headers["retry-after"] for answer in refused} == {"1"}
    assert len((await booked(house))[0]) == 40 - len(refused)


async def test_one_key_for_two_requests_at_once_belongs_to_one_of_them(client, house):
    answers = await asyncio.gather(
        *(
            client.post("/v1/purchases", json=purchase(n), headers={"Idempotency-Key": "k"})
            for n in (1, 2, 1, 2)
        )
    )

    assert sorted(answer.status_code for answer in answers) == [201, 201, 409, 409]
    refused = {a.json()["code"] for a in answers if a.status_code == 409}
    assert refused == {"idempotency_key_reused"}
    assert len((await booked(house))[0]) == 1


async def test_a_refusal_is_everybodys_who_asked_the_same_and_leaves_no_key(client, house):
    member = await house.member(balance=5)
    path = f"/v1/wallets/{ids.encode('wallet', await house.wallet_id(member))}/debit"
    headers = {"Idempotency-Key": "spend"}

    answers = await asyncio.gather(
        *(client.post(path, json={"points": 9}, headers=headers) for _ in range(8))
    )

    assert {answer.json()["code"] for answer in answers} == {"insufficient_points"}
    async with house.work() as work:
        assert not await work.fetch(
            "select 1 from laurels.idempotency_keys where tenant_id = $1", work.tenant_id
        )


async def test_movements_of_one_wallet_in_one_batch_say_each_what_it_left(client, house):
    member = await house.member(balance=100)
    path = f"/v1/wallets/{ids.encode('wallet', await house.wallet_id(member))}/debit"

    answers = await asyncio.gather(*(client.post(path, json={"points": 10}) for _ in range(8)))

    said = [answer.json() for answer in answers]
    assert {one["wallet"]["available"] for one in said} == set(range(20, 100, 10))
    for one in said:
        assert one["wallet"]["balance"] == one["transaction"]["balance_after"]


async def test_each_movement_is_in_the_audit_log_with_its_own_request(client, house):
    member = await house.member(balance=100)
    path = f"/v1/wallets/{ids.encode('wallet', await house.wallet_id(member))}/debit"

    answers = await asyncio.gather(*(client.post(path, json={"points": 1}) for _ in range(6)))

    async with house.work() as work:
        rows = await work.fetch(
            "select request_id, actor_type from laurels.audit_log"
            " where tenant_id = $1 and action = 'ledger.debited'",
            work.tenant_id,
        )
    assert sorted(row[0] for row in rows) == sorted(a.headers["x-request-id"] for a in answers)
    assert {row[1] for row in rows} == {"api_key"}


async def test_who_may_not_come_in_is_told_so_before_anything_else(client, house):
    async with house.work() as work:
        reader = await auth.create_key(work, name="reader", test=False, scopes=["members:read"])
        gone = await auth.create_key(work, name="gone", test=False)
        await auth.revoke_key(work, gone.id)
    stranger = client.headers["authorization"].removeprefix("Bearer ")[:-4] + "0000"

    for key, expected in ((reader.key, 403), (gone.key, 401), (stranger, 401), ("x", 401)):
        headers = {"Authorization": f"Bearer {key}"}
        for body in (purchase(1), {"amount": "none"}):
            answer = await client.post("/v1/purchases", json=body, headers=headers)
            assert answer.status_code == expected, answer.text
    assert (await booked(house))[0] == []


async def test_a_key_that_was_withdrawn_opens_no_door_from_the_next_request_on(client, house):
    async with house.work() as work:
        made = await auth.create_key(work, name="till", test=False)
    headers = {"Authorization": f"Bearer {made.key}"}
    first = await client.post("/v1/purchases", json=purchase(1), headers=headers)
    async with house.work() as work:
        await auth.revoke_key(work, made.id)

    after = await client.post("/v1/purchases", json=purchase(2), headers=headers)

    assert (first.status_code, after.status_code) == (201, 401)


async def test_a_suspended_tenant_is_refused_in_every_item(client, house):
    async with house.work() as work:
        await tenants.set_status(work, "suspended")

    answers = await buy_at_once(client, 6)

    assert {(a.status_code, a.json()["code"]) for a in answers} == {(403, "tenant_suspended")}


LINES = [
    {"sku": "a", "quantity": "1.5", "unit_price": "2.00", "attributes": {"z": 1, "a": "x"}},
    {"name": "Bottle", "category": "wine", "unit_price": "7"},
]


@pytest.mark.parametrize(
    "more",
    [
        {},
        {"lines": LINES, "attributes": {"till": 3, "deep": {"a": [1, 2]}}, "note": "hi"},
        {"status": "pending"},
        {"member": None, "channel": "web", "payment_method": "card"},
        {"occurred_at": "2026-01-02T03:04:05.678+02:00", "external_id": None},
    ],
)
async def test_what_is_answered_at_once_is_what_is_read_later(client, more):
    answer = await client.post("/v1/purchases", json=purchase(1, **more))

    later = await client.get(f"/v1/purchases/{answer.json()['id']}")

    assert answer.status_code == 201, answer.text
    assert answer.json() == later.json()


async def test_a_movement_answered_at_once_is_what_is_read_later(client, house):
    member = await house.member(balance=7)
    wallet = ids.encode("wallet", await house.wallet_id(member))

    moved = await client.post(f"/v1/wallets/{wallet}/credit", json={"points": 5, "reason": "hi"})
    held = await client.post(f"/v1/wallets/{wallet}/holds", json={"points": 3})

    rows = await client.get(f"/v1/members/{ids.encode('member', member)}/transactions")
    assert moved.json()["transaction"] == rows.json()["data"][0]
    assert held.json() == (await client.get(f"/v1/holds/{held.json()['id']}")).json()
    now = (await client.get(f"/v1/wallets/{wallet}")).json()
    assert moved.json()["wallet"].keys() == now.keys()
    assert (now["available"], now["held"]) == (9, 3)


@pytest.mark.parametrize(
    ("body", "status", "fields"),
    [
        (b'{"member": "a", "amount": 12.5, "currency": "USD"}', 201, []),
        (b'{"member": "a", "amount": "12.505", "currency": "USD"}', 422, ["amount"]),
        (b'{"member": "a", "amount": "12", "currency": "EUR"}', 422, ["currency"]),
        (b'{"amount": "x", "currency": "USD", "typo": 1}', 422, ["amount", "typo"]),
        (b'{"amount": NaN}', 400, []),
        (b"[]", 422, ["body"]),
        (b"null", 422, ["body"]),
        (b"", 422, ["body"]),
        (b"\xff", 400, []),
    ],
)
async def test_what_is_wrong_with_a_body_is_named(client, body, status, fields):
    headers = {"content-type": "application/json; charset=utf-8"}

    answer = await client.post("/v1/purchases", content=body, headers=headers)

    assert answer.status_code == status, answer.text
    if status != 201:
        assert answer.headers["content-type"] == "application/problem+json"
        assert [each["field"] for each in answer.json().get("errors", [])] == fields


@pytest.mark.parametrize(
    ("query", "status"),
    [
        ("dry_run=maybe", 422),
        ("dry_run=true&dry_run=true", 422),
        ("x=1", 422),
        ("dry_run=true", 200),
    ],
)
async def test_a_hot_route_knows_one_query_parameter(client, house, query, status):
    answer = await client.post(f"/v1/purchases?{query}", json=purchase(1))

    assert answer.status_code == status, answer.text
    assert (await booked(house))[0] == []


async def test_a_hot_route_takes_json_only_and_knows_one_method(client):
    form = await client.post("/v1/purchases", data={"amount": "1"})
    other = await client.put("/v1/purchases", json=purchase(1))

    assert (form.status_code, form.json()["code"]) == (415, "unsupported_media_type")
    assert (other.status_code, other.json()["code"]) == (405, "method_not_allowed")


async def test_a_wrong_id_in_the_path_is_named(client):
    answer = await client.post("/v1/wallets/wal_x/debit", json={"points": "x"})

    assert (answer.status_code, answer.json()["code"]) == (422, "invalid")
    assert [each["field"] for each in answer.json()["errors"]] == ["wallet_id", "points"]


async def test_a_process_that_stops_finishes_what_waits_and_lets_nobody_in(house):
    async with house.work() as work:
        made = await auth.create_key(work, name="test", test=False)
    app = create_app(house.database, close_database=False)
    async with httpx.AsyncClient(
        transport=httpx.ASGITransport(app=app, raise_app_exceptions=False),
        base_url="http://laurels.test",
        headers={"Authorization": f"Bearer {made.key}"},
    ) as client:
        waiting = [
            asyncio.create_task(client.post("/v1/purchases", json=purchase(n))) for n in range(6)
        ]
        await asyncio.sleep(0.01)
        await app.state.queues.close()
        late = await client.post("/v1/purchases", json=purchase(9))
        answers = await asyncio.gather(*waiting)

    assert {answer.status_code for answer in answers} <= {201, 503}
    assert 201 in {answer.status_code for answer in answers}
    assert late.status_code == 503
    assert len((await booked(house))[0]) == sum(a.status_code == 201 for a in answers)


async def test_two_processes_with_the_same_keys_have_one_effect_each(client, house):
    app = create_app(house.database, close_database=False)
    async with contextlib.AsyncExitStack() as stack:
        second = await stack.enter_async_context(
            httpx.AsyncClient(
                transport=httpx.ASGITransport(app=app, raise_app_exceptions=False),
                base_url="http://laurels.test",
                headers={"Authorization": client.headers["authorization"]},
            )
        )
        body = {"member": "anna", "amount": "5.00", "currency": "USD"}
        answers = await asyncio.gather(
            *(
                one.post("/v1/purchases", json=body, headers={"Idempotency-Key": f"k-{n}"})
                for n in range(12)
                for one in (client, second)
            )
        )

    assert {answer.status_code for answer in answers} == {201}
    pairs = [{answers[n].content, answers[n + 1].content} for n in range(0, 24, 2)]
    assert [len(pair) for pair in pairs] == [1] * 12
    numbers, _ = await booked(house)
    assert len(numbers) == 12
