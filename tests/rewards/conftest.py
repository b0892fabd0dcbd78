"""What tests of rewards may ask for: a shop that has rewards, and a worker for providers."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

import httpx
import pytest

from laurels import outbound, rewards
from laurels.kit.values.ids import decode, encode
from laurels.rewards.providers import RewardProvider
from tests.support.make import House

QUICK = RewardProvider()
QUICK.timeout_seconds, QUICK.slack_seconds = 60, 60


@dataclass
class Shop:
    """A house with rewards, reached through the doors."""

    house: House
    client: httpx.AsyncClient

    async def reward(self, **values: Any) -> dict[str, Any]:
        """A reward: one that costs 100 and is delivered by a code, unless said otherwise."""
        body = {
            "name": "Five off", "type": "discount_fixed", "value": {"amount": "5.00"},
            "cost_points": 100, **values,
        }  # fmt: skip
        answer = await self.client.post("/v1/rewards", json=body)
        assert answer.status_code == 201, answer.text
        return answer.json()

    async def member(self, balance: int = 0) -> str:
        """The id of a member with so many points."""
        return encode("member", await self.house.member(balance=balance))

    async def ask(self, member: str, reward: dict[str, Any], **more: Any) -> httpx.Response:
        """Ask for a reward."""
        body = {"member_id": member, "reward_id": reward["id"], **more}
        return await self.client.post("/v1/redemptions", json=body)

    async def redeem(self, member: str, reward: dict[str, Any], **more: Any) -> dict[str, Any]:
        """Redeem a reward that can be had."""
        answer = await self.ask(member, reward, **more)
        assert answer.status_code in {200, 201}, answer.text
        return answer.json()

    async def do(self, redemption: dict[str, Any], activity: str, **body: Any) -> httpx.Response:
        """Do something with a redemption."""
        return await self.client.post(f"/v1/redemptions/{redemption['id']}/{activity}", json=body)

    async def read(self, thing: dict[str, Any]) -> dict[str, Any]:
        """A reward or a redemption as it is now."""
        kind = "rewards" if thing["id"].startswith("rwd") else "redemptions"
        return (await self.client.get(f"/v1/{kind}/{thing['id']}")).json()

    async def points(self, member: str) -> int:
        """What a member can spend."""
        return (await self.house.balance(decode("member", member)))["available"]

    async def upload(self, reward: dict[str, Any], *codes: str) -> dict[str, Any]:
        """Upload codes of a pool."""
        path = f"/v1/rewards/{reward['id']}/vouchers"
        answer = await self.client.post(path, json={"codes": list(codes)})
        assert answer.status_code == 200, answer.text
        return answer.json()

    async def events(self) -> list[str]:
        """The types of all events so far, in order."""
        async with self.house.work() as work:
            rows = await work.fetch(
                "select type from laurels.outbox where tenant_id = $1 order by id", work.tenant_id
            )
        return [row["type"] for row in rows]

    async def transactions(self, member: str) -> list[tuple[str, str, int]]:
        """Type, source and points of a member's movements, the oldest first."""
        path = f"/v1/members/{member}/transactions"
        rows = (await self.client.get(path, params={"limit": 100})).json()["data"]
        return [(row["type"], row["source"], row["points"]) for row in rows[::-1]]

    async def due_now(self) -> None:
        """What waits for its next attempt is due."""
        async with self.house.work() as work:
            await work.fetch(
                "update laurels.outbound_messages set next_attempt_at = now() - interval '1 second'"
                " where tenant_id = $1 and channel like 'provider:%' and state = 'waiting'",
                work.tenant_id,
            )

    async def deliver(self) -> int:
        """One round of a worker, as if its time had come."""
        await self.due_now()
        return await outbound.deliver_due(self.house.database, {"provider": QUICK})


@pytest.fixture
def shop(house: House, client: httpx.AsyncClient) -> Shop:
    """A house with rewards."""
    return Shop(house, client)


class Courier:
    """A provider that does what it is told, and remembers what it was asked."""

    def __init__(self, tenant_id: UUID) -> None:
        self.tenant_id = tenant_id
        self.asked: list[rewards.Order] = []
        self.given: dict[str, str] = {}
        self.failures = 0
        self.trouble: Exception = RuntimeError("the shop does not answer")

    async def __call__(self, database: Any, order: rewards.Order) -> rewards.Delivered:
        """Fail as often as told; then deliver, the same for the same reference."""
        del database
        if order.tenant_id != self.tenant_id:
            # What another test left waiting; a worker delivers for every tenant.
            raise rewards.Undeliverable
        self.asked.append(order)
        if self.failures:
            self.failures -= 1
            raise self.trouble
        code = self.given.setdefault(order.reference, f"SHOP-{len(self.given) + 1}")
        return rewards.Delivered(code=code)


@pytest.fixture
def courier(house: House) -> Any:
    """A provider called `courier`."""
    found = Courier(house.tenant.id)
    rewards.provide("courier", found)
    yield found
    rewards.withdraw("courier")


def uuid_of(thing: dict[str, Any]) -> UUID:
    """The UUID of a thing that the API named."""
    return decode("reward" if thing["id"].startswith("rwd") else "redemption", thing["id"])
