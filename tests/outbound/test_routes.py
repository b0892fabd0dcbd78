"""Messages are listed, read, sent again and given up: over HTTP, and by the command."""

import asyncio

import asyncpg
import pytest
from typer.testing import CliRunner

from laurels import outbound
from laurels.cli.main import app
from laurels.config import settings
from laurels.kit.values.ids import encode, new_id
from tests.rewards.conftest import QUICK, Shop

from .conftest import messages, until_over, working


@pytest.fixture
def shop(house, client):
    """A house with rewards."""
    return Shop(house, client)


async def test_messages_are_found_by_what_they_are(house, client, enqueue, post):
    anna, there = new_id(), new_id()
    (first,) = await enqueue(house, "a", member=anna)
    await enqueue(house, "b", channel="post:two", destination=there)
    async with working(house, post):
        await until_over(house)

    async def found(**wanted):
        answer = await client.get("/v1/outbound-messages", params=wanted)
        assert answer.status_code == 200, answer.text
        return answer.json()["data"]

    (two, one) = await found(state="sent")
    assert await found(channel="post") == [one]
    assert await found(type="greeting") == [two, one]
    assert await found(subject_id=encode("redemption", first)) == [one]
    assert await found(member_id=encode("member", anna)) == [one]
    assert await found(destination_id=encode("webhook_endpoint", there)) == [two]
    assert await found(state="dead") == []
    assert (one["channel"], one["state"], one["attempts"]) == ("post", "sent", 1)
    assert (one["destination_id"], one["next_attempt_at"]) == (None, None)
    assert "payload" not in one


@pytest.mark.parametrize("wrong", ["x", "evt", "evt_!", "zzz_01h455vb4pex5vsknk084sn02q", ""])
async def test_what_is_no_id_is_told(client, wrong):
    answer = await client.get("/v1/outbound-messages", params={"subject_id": wrong})

    assert answer.status_code == 422
    assert answer.json()["errors"][0]["field"] == "subject_id"


async def test_what_is_not_there_is_not_found(client):
    path = f"/v1/outbound-messages/{encode('outbound_message', new_id())}"

    assert (await client.get(path)).json()["code"] == "outbound_message_not_found"
    for what in ("replay", "discard"):
        assert (await client.post(f"{path}/{what}")).status_code == 404


async def test_an_order_that_is_discarded_gives_the_points_back(shop, house, courier):
    anna = await shop.member(balance=100)
    redemption = await shop.redeem(anna, await shop.reward(fulfilment="provider:courier", stock=5))
    (message,) = (
        await shop.client.get("/v1/outbound-messages", params={"subject_id": redemption["id"]})
    ).json()["data"]

    done = await shop.client.post(f"/v1/outbound-messages/{message['id']}/discard")
    await outbound.deliver_due(house.database, {"provider": QUICK})

    after = await shop.read(redemption)
    assert (message["channel"], message["state"]) == ("provider:courier", "waiting")
    assert (done.status_code, done.json()["state"]) == (200, "stopped")
    assert (after["state"], after["failure_reason"]) == ("failed", "it was discarded")
    assert await shop.points(anna) == 100
    assert courier.asked == []


async def test_an_order_that_ended_is_not_delivered_by_a_replay(shop, house, courier):
    anna = await shop.member(balance=100)
    redemption = await shop.redeem(anna, await shop.reward(fulfilment="provider:courier"))
    await shop.do(redemption, "cancel")
    (message,) = await messages(house)

    answer = await shop.client.post(
        f"/v1/outbound-messages/{encode('outbound_message', message['id'])}/replay"
    )
    await shop.deliver()

    (after,) = await messages(house)
    assert answer.status_code == 202
    assert (after["state"], courier.asked) == ("stopped", [])
    assert (await shop.read(redemption))["state"] == "cancelled"


async def test_a_provider_that_answers_rubbish_has_failed(shop, house, courier, monkeypatch):
    async def rubbish(self, database, order):
        return {"code": "X"}

    monkeypatch.setattr(type(courier), "__call__", rubbish)
    anna = await shop.member(balance=100)
    redemption = await shop.redeem(anna, await shop.reward(fulfilment="provider:courier"))

    await shop.deliver()

    after = await shop.read(redemption)
    assert (after["state"], after["retry_count"]) == ("pending", 1)
    assert after["failure_reason"] == "the provider answered dict"


async def test_erasing_takes_the_words_and_stops_what_has_none(house, enqueue, post, owner_url):
    anna, ben = new_id(), new_id()
    await enqueue(house, "for anna", member=anna)
    await enqueue(house, "for ben", member=ben)
    async with house.work() as work:
        await outbound.scrub(work, [anna])

    async with working(house, post):
        rows = await until_over(house)

    owner = await asyncpg.connect(owner_url)
    kept = await owner.fetchval(
        "select payload from laurels.outbound_messages where tenant_id = $1 and member_id = $2",
        house.tenant.id, anna,
    )  # fmt: skip
    await owner.close()
    assert kept is None
    assert [row["state"] for row in rows] == ["stopped", "sent"]
    assert post.words == ["for ben"]


async def test_old_messages_are_forgotten_and_waiting_ones_are_kept(
    house, enqueue, post, owner_url
):
    await enqueue(house, "a", "b")
    async with working(house, post):
        await until_over(house)
    await enqueue(house, "waits")
    owner = await asyncpg.connect(owner_url)
    await owner.execute(
        "update laurels.outbound_messages set created_at = now() - interval '31 days',"
        " finished_at = finished_at - interval '31 days' where tenant_id = $1",
        house.tenant.id,
    )
    due = await owner.fetch("select laurels.tenants_with_old_messages(now()) as id")
    await owner.close()
    async with house.work() as work:
        gone = await outbound.forget_old(work)

    assert house.tenant.id in {row["id"] for row in due}
    assert gone == 2
    assert [row["state"] for row in await messages(house)] == ["waiting"]


@pytest.fixture
def call(house, app_url, monkeypatch, tmp_path):
    """Run `laurels outbound …` on the house's tenant; return what it says."""
    monkeypatch.setenv("LAURELS_DATABASE_URL", app_url)
    monkeypatch.setenv("LAURELS_DATA_DIR", str(tmp_path / "data"))
    settings.cache_clear()

    def run(*words):
        asked = ["outbound", *words, "--tenant", house.tenant.slug]
        result = CliRunner().invoke(app, asked, env={"COLUMNS": "300"})
        assert result.exit_code == 0, result.stderr
        return result.stdout

    yield lambda *words: asyncio.to_thread(run, *words)
    settings.cache_clear()


async def test_the_command_shows_dead_letters_and_sends_them_again(house, enqueue, post, call):
    async def refuse(message):
        return outbound.Rejected(error="no such number")

    post.answer = refuse
    await enqueue(house, "a")
    async with working(house, post):
        (row,) = await until_over(house)
    message = encode("outbound_message", row["id"])

    listed = await call("list")
    status = await call("status")
    again = await call("replay", message)
    waiting = await messages(house)
    gone = await call("discard", message)

    assert message in listed
    assert "no such number" in listed
    assert "post" in status
    assert "queued" in again
    assert [row["state"] for row in waiting] == ["waiting"]
    assert "given up" in gone
    assert [row["state"] for row in await messages(house)] == ["stopped"]


async def test_destinations_say_what_became_of_a_days_messages(house, client, enqueue, post):
    there = new_id()
    await enqueue(house, "a", channel="post:two", destination=there)
    async with working(house, post):
        await until_over(house)
    await enqueue(house, "b")

    answer = (await client.get("/v1/outbound-messages/destinations")).json()["data"]

    waits, arrived = sorted(answer, key=lambda row: row["sent"])
    assert (waits["channel"], waits["waiting"], waits["last_sent_at"]) == ("post", 1, None)
    assert (arrived["sent"], arrived["troubled"]) == (1, 0)
    assert arrived["last_sent_at"] is not None
