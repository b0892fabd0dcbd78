"""The API is killed under load: what was answered is there once, and a retry settles the rest."""

import asyncio
import os
import signal
import socket
import sys

import httpx
import pytest

from laurels import auth

ROUNDS = 3


class Api:
    """`laurels serve` in a process of its own, on the test's database."""

    def __init__(self, url: str, folder) -> None:
        self.url, self.folder = url, folder
        with socket.socket() as found:
            found.bind(("127.0.0.1", 0))
            self.port = found.getsockname()[1]

    async def start(self) -> None:
        self.process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "laurels", "serve", "--port", str(self.port),
            env={
                **os.environ, "LAURELS_DATABASE_URL": self.url,
                "LAURELS_DATA_DIR": str(self.folder),
            },
            stderr=asyncio.subprocess.DEVNULL,
        )  # fmt: skip
        for _ in range(600):
            try:
                _, writer = await asyncio.open_connection("127.0.0.1", self.port)
            except OSError:
                await asyncio.sleep(0.05)
                continue
            writer.close()
            await writer.wait_closed()
            return
        raise TimeoutError

    async def kill(self) -> None:
        self.process.send_signal(signal.SIGKILL)
        await self.process.wait()


def purchase(key):
    """What is bought under a key: always the same."""
    return {"member": f"m-{len(key) % 3}", "amount": "3.00", "currency": "USD", "note": key}


async def load(client, api, number, answered):
    """Sixteen connections buy until the API is gone; note under which keys they were answered."""

    async def keep_on(connection):
        for n in range(1_000):
            key = f"{number}-{connection}-{n}"
            answered[key] = None
            try:
                answer = await client.post(
                    f"http://127.0.0.1:{api.port}/v1/purchases",
                    json=purchase(key), headers={"Idempotency-Key": key},
                )  # fmt: skip
            except httpx.HTTPError:
                return
            answered[key] = answer.content if answer.status_code == 201 else None

    await asyncio.gather(*(keep_on(connection) for connection in range(16)))


async def booked_under(house):
    """How many purchases there are under each key."""
    async with house.work() as work:
        rows = await work.fetch(
            "select note, count(*) from laurels.purchases where tenant_id = $1 group by 1",
            work.tenant_id,
        )
    return dict(rows)


@pytest.mark.slow
async def test_what_was_answered_before_a_kill_is_there_once(house, app_url, tmp_path):
    async with house.work() as work:
        made = await auth.create_key(work, name="load", test=False)
    api = Api(app_url, tmp_path)
    headers = {"Authorization": f"Bearer {made.key}"}
    answered: dict[str, bytes | None] = {}
    async with httpx.AsyncClient(headers=headers, timeout=20) as client:
        for number in range(ROUNDS):
            await api.start()
            driving = asyncio.create_task(load(client, api, number, answered))
            await asyncio.sleep(0.7)
            await api.kill()
            await driving
        there = await booked_under(house)
        assert {there.get(key) for key, answer in answered.items() if answer} == {1}
        assert set(there.values()) == {1}

        assert sum(answer is not None for answer in answered.values()) > 50
        await api.start()
        some = [key for key, answer in answered.items() if answer is not None][::10]
        open_ones = [key for key, answer in answered.items() if answer is None]
        for key in some + open_ones:
            answer = answered[key]
            again = await client.post(
                f"http://127.0.0.1:{api.port}/v1/purchases",
                json=purchase(key), headers={"Idempotency-Key": key},
            )  # fmt: skip
            assert again.status_code == 201
            assert answer is None or again.content == answer
            assert ("idempotent-replayed" in again.headers) == (key in there)
        await api.kill()
    assert set((await booked_under(house)).values()) == {1}
    assert len(await booked_under(house)) == len(answered)
