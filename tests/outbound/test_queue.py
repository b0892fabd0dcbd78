"""The queue: once per subject, in order, fairly, again after failures, and whatever is answered."""

import asyncio
import math
from collections import Counter

import pytest

from laurels import outbound, tenants
from laurels.kit.http.paging import Asked
from laurels.kit.values.ids import encode, new_id
from laurels.outbound import delivering, protocol, queue
from tests.support.make import make_tenant
from tests.support.waiting import until

from .conftest import messages, until_over, working

EVERY = Asked(limit=1000)


def states(rows):
    """The states of messages."""
    return [row["state"] for row in rows]


async def test_a_message_leaves_after_the_commit_and_once(house, post, enqueue):
    with pytest.raises(RuntimeError, match="rolled back"):
        async with house.work() as work:
            said = outbound.NewMessage(channel="post", type="greeting", subject_id=new_id())
            await outbound.enqueue(work, [said])
            msg = "rolled back"
            raise RuntimeError(msg)
    (subject,) = await enqueue(house, "a")
    async with house.work() as work:
        again = outbound.NewMessage(channel="post", type="greeting", subject_id=subject)
        await outbound.enqueue(work, [again, again])

    async with working(house, post):
        (row,) = await until_over(house)

    assert post.words == ["a"]
    assert row["subject_id"] == encode("redemption", subject)
    assert (row["state"], row["attempts"], row["last_status"]) == ("sent", 1, 250)
    assert post.sent[0].reference == encode("outbound_message", row["id"])


async def test_a_failure_is_tried_again_under_the_same_id_and_then_dead(house, post, enqueue):
    async def refuse(message):
        return outbound.Retry(error="come again", status=421)

    post.answer = refuse
    await enqueue(house, "a")

    async with working(house, post):
        (row,) = await until_over(house)

    async with house.work() as work:
        log = (await outbound.get_message(work, row["id"]))["log"]
    assert states([row]) == ["dead"]
    assert (row["last_error"], row["last_status"]) == ("come again", 421)
    assert [each["attempt"] for each in log] == [4, 3, 2, 1]
    assert {message.reference for message in post.sent} == {encode("outbound_message", row["id"])}


async def test_what_is_rejected_is_dead_at_once(house, post, enqueue):
    async def refuse(message):
        return outbound.Rejected(error="no such number")

    post.answer = refuse
    await enqueue(house, "a")

    async with working(house, post):
        rows = await until_over(house)

    assert states(rows) == ["dead"]
    assert len(post.sent) == 1


class Unspeakable:
    def __str__(self):
        msg = "not even that"
        raise ValueError(msg)


RUBBISH = {
    "nothing": None,
    "a text": "ok",
    "a number": 200,
    "an outcome that is none": outbound.Outcome(),
    "no reason": outbound.Retry(),
    "a null and half a character": outbound.Retry(error="\0\ud800\x1b[2J", response="\0\udfff"),
    "a megabyte": outbound.Retry(error="x" * 1_000_000, response="y" * 1_000_000),
    "a status that cannot be": outbound.Retry(error="x", status=10**30),
    "a status of words": outbound.Retry(error="x", status="fine"),
    "for ever": outbound.Retry(error="x", after=math.inf),
    "no number": outbound.Retry(error="x", after=math.nan),
    "later, in words": outbound.Retry(error="x", after="later"),
    "an error that cannot be told": outbound.Retry(error=Unspeakable()),
}


@pytest.mark.parametrize("answer", RUBBISH.values(), ids=RUBBISH)
async def test_whatever_is_answered_is_booked(house, post, enqueue, answer):
    async def say(message):
        return answer

    post.answer, post.delays = say, (3600.0,)
    await enqueue(house, "a")

    assert await outbound.deliver_due(house.database, {"post": post}) >= 1

    (row,) = await messages(house)
    assert (row["state"], row["attempts"]) == ("waiting", 1)
    assert row["last_error"]
    assert len(row["last_error"]) <= 500


@pytest.mark.parametrize("trouble", [RuntimeError("\0broken"), Unspeakable, SystemError()])
async def test_whatever_is_raised_is_booked(house, post, enqueue, trouble):
    async def fail(message):
        raise trouble if isinstance(trouble, Exception) else RuntimeError(trouble())

    post.answer, post.delays = fail, (3600.0,)
    await enqueue(house, "a")

    await outbound.deliver_due(house.database, {"post": post})

    assert states(await messages(house)) == ["waiting"]
    assert (await messages(house))[0]["attempts"] == 1


async def test_one_that_cannot_be_prepared_spoils_no_other(house, post, enqueue):
    async def prepare(work, found):
        if any(message.payload["word"] == "bad" for message in found):
            await work.fetch("select 1 / 0")
        return list(found)

    post.prepare, post.delays = prepare, ()
    await enqueue(house, "a", "bad", "b")

    async with working(house, post):
        rows = await until_over(house)

    assert states(rows) == ["sent", "dead", "sent"]
    assert "division by zero" in rows[1]["last_error"]


async def test_who_never_answers_is_given_up_after_the_timeout(house, post, enqueue):
    async def hang(message):
        await asyncio.sleep(60)

    post.answer, post.timeout_seconds, post.delays = hang, 0.05, ()
    await enqueue(house, "a")

    async with working(house, post):
        (row,) = await until_over(house)

    assert (row["state"], row["last_error"]) == ("dead", "no answer within 0.05 seconds")


async def test_nothing_is_sent_within_a_transaction(house, post, enqueue):
    async def look(message):
        async with house.work() as work:
            rows = await work.fetch(
                "select state, claimed_until > now() as leased from laurels.outbound_messages"
                " where tenant_id = $1 for update nowait",
                work.tenant_id,
            )
        assert [tuple(row) for row in rows] == [("waiting", True)]
        return outbound.Sent()

    post.answer = look
    await enqueue(house, "a")

    async with working(house, post):
        rows = await until_over(house)

    assert states(rows) == ["sent"]


async def test_a_channel_that_keeps_order_keeps_it_per_member_and_destination(house, post, enqueue):
    async def refuse_a(message):
        first = message.payload["word"] == "a" and message.attempt < 3
        return outbound.Retry(error="not yet") if first else outbound.Sent()

    post.answer, post.ordered = refuse_a, True
    anna, there = new_id(), new_id()
    await enqueue(house, "a", "b", "c", member=anna)
    await enqueue(house, "x", member=new_id())
    await enqueue(house, "away", member=anna, destination=there)

    async with working(house, post):
        await until_over(house)

    assert [word for word in post.words if word in "abc"] == ["a", "a", "a", "b", "c"]
    assert post.words.index("x") < post.words.index("b")
    assert post.words.index("away") < post.words.index("b")


async def test_a_channel_without_order_lets_nobody_wait(house, post, enqueue):
    async def refuse_a(message):
        return outbound.Retry(error="x") if message.payload["word"] == "a" else outbound.Sent()

    post.answer, post.delays = refuse_a, (3600.0,)
    await enqueue(house, "a", "b", member=new_id())

    await outbound.deliver_due(house.database, {"post": post})

    assert states(await messages(house)) == ["waiting", "sent"]


async def test_the_next_of_a_member_goes_when_the_one_before_is_given_up(house, post, enqueue):
    async def refuse_a(message):
        return outbound.Retry(error="x") if message.payload["word"] == "a" else outbound.Sent()

    post.answer, post.ordered, post.delays = refuse_a, True, (3600.0,)
    await enqueue(house, "a", "b", member=new_id())
    for _ in range(2):
        await outbound.deliver_due(house.database, {"post": post})
    before = await messages(house)
    async with house.work() as work:
        await outbound.discard_message(work, before[0]["id"])

    async with working(house, post):
        rows = await until_over(house)

    assert states(before) == ["waiting", "waiting"]
    assert states(rows) == ["stopped", "sent"]


async def test_two_workers_send_each_message_once_and_keep_the_order(house, post, enqueue):
    async def take_a_while(message):
        await asyncio.sleep(0.002)
        return outbound.Sent()

    post.answer, post.ordered = take_a_while, True
    members = [new_id() for _ in range(12)]
    for number in range(4):
        for member in members:
            await enqueue(house, str(number), member=member)

    async with working(house, post), working(house, post):
        await until_over(house)

    assert len(post.sent) == 48
    for member in members:
        mine = [m.payload["word"] for m in post.sent if m.member_id == member]
        assert mine == ["0", "1", "2", "3"]


async def test_a_lease_that_nobody_books_runs_out_and_counts_as_a_failure(house, post, enqueue):
    await enqueue(house, "a")
    destination = queue.Destination(house.tenant.id, "post", outbound.SOLE_DESTINATION)
    async with house.work() as work:
        (first,) = await queue.claim(work, destination, post, 5, 0.0)
    async with house.work() as work:
        (second,) = await queue.claim(work, destination, post, 5, 60.0)
        assert await queue.claim(work, destination, post, 5, 60.0) == []

    async with house.work() as work:
        late = queue.Attempt(first, outbound.Retry(error="too late"))
        assert await queue.record_outcomes(work, destination, post, [late]) == ["overtaken"]
        assert states(await messages(house)) == ["waiting"]
    async with house.work() as work:
        done = queue.Attempt(second, outbound.Sent())
        assert await queue.record_outcomes(work, destination, post, [done]) == ["sent"]

    assert (first.failures, second.failures) == (0, 1)
    assert first.reference == second.reference


async def test_what_arrived_counts_also_when_it_is_told_late(house, post, enqueue):
    await enqueue(house, "a")
    destination = queue.Destination(house.tenant.id, "post", outbound.SOLE_DESTINATION)
    async with house.work() as work:
        (first,) = await queue.claim(work, destination, post, 5, 0.0)
    async with house.work() as work:
        (second,) = await queue.claim(work, destination, post, 5, 60.0)
    for message, outcome in ((first, outbound.Sent()), (second, outbound.Retry(error="x"))):
        async with house.work() as work:
            await queue.record_outcomes(work, destination, post, [queue.Attempt(message, outcome)])

    assert states(await messages(house)) == ["sent"]


async def test_a_message_that_kills_every_worker_is_given_up(house, post, enqueue):
    await enqueue(house, "deadly")
    destination = queue.Destination(house.tenant.id, "post", outbound.SOLE_DESTINATION)
    for _ in range(len(post.delays) + 1):
        async with house.work() as work:
            assert len(await queue.claim(work, destination, post, 5, 0.0)) == 1

    await outbound.deliver_due(house.database, {"post": post})

    (row,) = await messages(house)
    assert (row["state"], row["last_error"]) == ("dead", "no worker lived to tell what came of it")
    assert post.sent == []


async def test_what_nobody_carries_fails_in_time(house, enqueue):
    await enqueue(house, "a", channel="pigeon:grey")

    await outbound.deliver_due(house.database, {"pigeon": protocol.provider_of("pigeon:grey")})

    (row,) = await messages(house)
    assert (row["state"], row["last_error"]) == ("waiting", "nobody delivers `pigeon:grey`")


async def test_what_is_stopped_is_not_sent(house, post, enqueue):
    (stopped, _) = await enqueue(house, "a", "b")
    async with house.work() as work:
        await outbound.stop(work, "post", "taken back", subject_ids=[stopped])

    async with working(house, post):
        rows = await until_over(house)

    assert post.words == ["b"]
    assert (rows[0]["state"], rows[0]["last_error"]) == ("stopped", "taken back")


async def test_one_tenants_flood_starves_no_other(house, database, post, enqueue):
    async def take_a_while(message):
        await asyncio.sleep(0.05)
        return outbound.Sent()

    post.answer, post.at_once = take_a_while, 1
    other = await make_tenant(database)
    for _ in range(60):
        await enqueue(house, *"abcdefghij", destination=new_id())
    await enqueue(other, "x", "y")

    async with working(house, post):
        await until_over(other)
        left = sum(row["state"] == "waiting" for row in await messages(house, asked=EVERY))

    assert left > 300
    assert Counter(m.tenant_id for m in post.sent)[other.tenant.id] == 2


async def test_a_tenant_has_so_many_lanes_and_a_provider_too(house, post, enqueue, monkeypatch):
    monkeypatch.setattr(delivering, "MAX_OPEN_OF_TENANT", 3)
    held = asyncio.Event()

    async def hold(message):
        await held.wait()
        return outbound.Sent()

    post.answer, post.at_once = hold, 2
    for _ in range(6):
        await enqueue(house, "a", "b", "c", destination=new_id())

    async with working(house, post):

        async def busy():
            return post.under_way == 6

        await until(busy)
        dispatcher = delivering.Dispatcher(house.database, asyncio.Event(), {"post": post})
        rows = await messages(house)
        held_now = {(house.tenant.id, "post", message.destination_id) for message in post.sent}
        more = await dispatcher.due(
            [queue.Destination(*destination) for destination in held_now], 100
        )
        most = post.most_under_way
        held.set()
        await until_over(house)

    assert (most, len(rows), len(held_now)) == (6, 18, 3)
    assert [destination for destination in more if destination.tenant_id == house.tenant.id] == []


async def test_a_slow_channel_is_in_no_other_ones_way(house, post, enqueue):
    async def hang(message):
        if message.channel == "post:slow":
            await asyncio.sleep(60)
        return outbound.Sent()

    post.answer = hang
    await enqueue(house, *"abcdefghij", channel="post:slow")
    await enqueue(house, *"klmno", channel="post:quick")

    async with working(house, post):
        rows = await until_over(house, channel="post:quick")

    assert states(rows) == ["sent"] * 5


async def test_a_suspended_tenants_messages_wait(house, post, enqueue):
    await enqueue(house, "a")
    async with house.work() as work:
        await tenants.set_status(work, status="suspended", reason="unpaid")
    await outbound.deliver_due(house.database, {"post": post})
    before = list(post.words)
    async with house.work() as work:
        await tenants.set_status(work, status="active", reason="paid")
    await outbound.deliver_due(house.database, {"post": post})

    assert (before, post.words) == ([], ["a"])


async def test_a_provider_is_one_class_and_one_line(house, enqueue, monkeypatch):
    """As a room would write it: no more is needed than this."""

    class Sms(outbound.Provider):
        name = "sms"

        async def send(self, database, message):
            return outbound.Sent(status=201, response=message.reference)

    monkeypatch.setattr(protocol, "_providers", outbound.registered())
    outbound.register(Sms())
    await enqueue(house, "hello", channel="sms")

    await outbound.deliver_due(house.database, {"sms": outbound.registered()["sms"]})

    assert states(await messages(house)) == ["sent"]
