"""A provider of the test's own, and workers that send by it alone."""

import asyncio
from contextlib import asynccontextmanager

import asyncpg
import pytest

from laurels import outbound
from laurels.kit.values.ids import new_id
from laurels.outbound import protocol
from tests import conftest
from tests.rewards.conftest import courier
from tests.support.waiting import PATIENCE_SECONDS, until

__all__ = ["courier"]

# Workers do the work of all tenants that are there: here are no others than those of this folder.
app_url, database = conftest.app_url, conftest.database
database_name, owner_url = conftest.database_name, conftest.owner_url


class Post(outbound.Provider):
    """Carries messages of the channels `post` and `post:…`; does what a test says."""

    name = "post"
    subject = "redemption"
    timeout_seconds = 60.0
    delays = (0.02, 0.02, 0.02)

    def __init__(self):
        self.sent = []
        self.under_way = 0
        self.most_under_way = 0

    async def answer(self, message):
        """Return what comes of it; tests put their own here."""
        return outbound.Sent(status=250, response="taken")

    async def send(self, database, message):
        self.sent.append(message)
        self.under_way += 1
        self.most_under_way = max(self.most_under_way, self.under_way)
        try:
            return await self.answer(message)
        finally:
            self.under_way -= 1

    @property
    def words(self):
        """What was sent, in order."""
        return [message.payload["word"] for message in self.sent]


@pytest.fixture
async def post(monkeypatch, owner_url):
    """A provider called `post`. What it has not sent when the test ends is sent by nobody."""
    found = Post()
    monkeypatch.setattr(protocol, "_providers", protocol.registered())
    outbound.register(found)
    yield found
    owner = await asyncpg.connect(owner_url)
    await owner.execute(
        "update laurels.outbound_messages set state = 'stopped', finished_at = now(),"
        " claimed_until = null where state = 'waiting' and channel like 'post%'"
    )
    await owner.close()


@pytest.fixture
def enqueue():
    """Put messages into the queue of a house: one per word; return their subjects."""

    async def put(
        house, *words, channel="post", member=None, destination=outbound.SOLE_DESTINATION
    ):
        subjects = [new_id() for _ in words]
        async with house.work() as work:
            await outbound.enqueue(
                work,
                [
                    outbound.NewMessage(
                        channel=channel, type="greeting", subject_id=subject, member_id=member,
                        payload={"word": word}, destination_id=destination,
                    )
                    for word, subject in zip(words, subjects, strict=True)
                ],
            )  # fmt: skip
        return subjects

    return put


@asynccontextmanager
async def working(house, provider):
    """A worker sends by this provider while the block runs."""
    stop = asyncio.Event()
    only = {provider.name: provider}
    running = asyncio.create_task(outbound.run_outbound(house.database, stop, only))
    try:
        yield
    finally:
        stop.set()
        await asyncio.wait_for(running, PATIENCE_SECONDS)


async def messages(house, **wanted):
    """Return the messages of a house, the oldest first."""
    async with house.work() as work:
        return (await outbound.list_messages(work, **wanted))[::-1]


async def until_over(house, **wanted):
    """Wait until nothing of a house waits; return its messages."""

    async def over():
        found = await messages(house, **wanted)
        return None if any(row["state"] == "waiting" for row in found) else found

    return await until(over)
