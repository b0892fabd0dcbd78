"""API, worker and database are killed in turn under load: what was answered is there, once.

Three kills, or twenty with `--size full`; every third is of the same victim.
"""

import itertools
import random
import threading
import time
from dataclasses import dataclass, field

import httpx
import pytest

from tests.support.outside import Outside, free_port, kill_all, outside, wait_until_ready
from tests.support.size import pick
from tests.support.waiting import PATIENCE_SECONDS, until_true

pytestmark = pytest.mark.slow
ROUNDS = pick(3, 20)
CLIENTS = 8
MORE = 50
"""Purchases that are answered between two kills, at least."""
VICTIMS = ("api", "worker", "database")
UNTOLD = "select count(*) from laurels.outbox where relayed_at is null"


@dataclass
class Load:
    """Clients that buy and buy, each purchase under a key of its own, and what they were told."""

    url: str
    key: str
    numbers: "itertools.count[int]" = field(default_factory=lambda: itertools.count(1))
    booked: dict[str, str] = field(default_factory=dict)
    """Purchase id by key: what was answered with 2xx."""
    open: set[str] = field(default_factory=set)
    """Keys whose answer never came, or was an error that says to try again."""
    refused: list[str] = field(default_factory=list)
    stop: threading.Event = field(default_factory=threading.Event)

    def buy(self, client: httpx.Client, key: str) -> None:
        """Send one purchase of a dollar; no number of the order, so the key alone protects it."""
        body = {"amount": "1.00", "currency": "USD", "member": f"m{int(key) % 50}"}
        try:
            answer = client.post(
                f"{self.url}/v1/purchases", json=body,
                headers={"Authorization": f"Bearer {self.key}", "Idempotency-Key": key},
            )  # fmt: skip
        except httpx.HTTPError:
            self.open.add(key)
            return
        if answer.is_success:
            found = answer.json()["id"]
            assert self.booked.setdefault(key, found) == found
            self.open.discard(key)
        elif answer.status_code == 503:
            self.open.add(key)
        else:
            self.refused.append(f"{answer.status_code} {answer.text[:200]}")

    def work(self) -> None:
        """Buy until told to stop."""
        with httpx.Client(timeout=10) as client:
            while not self.stop.is_set():
                key = str(next(self.numbers))
                self.buy(client, key)
                if key in self.open:
                    time.sleep(0.05)

    def until_more_are_booked(self) -> None:
        """Wait until business goes on."""
        before = len(self.booked)
        until_true(lambda: len(self.booked) >= before + MORE)

    def settle(self) -> None:
        """Send again, with the same keys, what was not answered."""
        with httpx.Client(timeout=PATIENCE_SECONDS) as client:

            def settled() -> bool:
                for key in sorted(self.open):
                    self.buy(client, key)
                return not self.open

            until_true(settled)


class Crew:
    """The API and the worker as processes of their own; each is started anew when it is dead."""

    def __init__(self, shop: Outside) -> None:
        self.shop = shop
        self.port = free_port()
        self.processes = {}

    def start(self) -> None:
        """Start who is not there."""
        words = {
            "api": ("serve", "--port", str(self.port), "--no-worker"),
            "worker": ("worker",),
        }
        for name, command in words.items():
            process = self.processes.get(name)
            if process is None or process.poll() is not None:
                self.processes[name] = self.shop.serve(name, *command)
        wait_until_ready(self.port)

    def kill(self, victim: str) -> None:
        """Kill a victim, without a word."""
        if victim == "database":
            self.shop.kill_database()
            return
        kill_all(self.processes[victim])

    def stop(self) -> None:
        """Stop everybody."""
        for process in self.processes.values():
            process.terminate()
        for process in self.processes.values():
            process.wait(timeout=PATIENCE_SECONDS)


def test_what_was_answered_is_there_once_whoever_is_killed():
    chance = random.Random("rounds")
    with outside("rounds") as shop:
        crew = Crew(shop)
        crew.start()
        load = Load(f"http://127.0.0.1:{crew.port}", shop.key)
        threads = [threading.Thread(target=load.work) for _ in range(CLIENTS)]
        try:
            for thread in threads:
                thread.start()
            for victim in itertools.islice(itertools.cycle(VICTIMS), ROUNDS):
                load.until_more_are_booked()
                time.sleep(chance.uniform(0.0, 0.5))
                crew.kill(victim)
                crew.start()
            load.until_more_are_booked()
            load.stop.set()
            for thread in threads:
                thread.join(timeout=PATIENCE_SECONDS)
            load.settle()
            until_true(lambda: shop.ask(UNTOLD) == "0")
        finally:
            load.stop.set()
            crew.stop()
        found = shop.run("ledger", "verify", "--tenant", "outside")
        ids = shop.ask("select count(distinct id), count(*) from laurels.purchases").split("|")

    assert load.refused == []
    assert load.open == set()
    assert len(set(load.booked.values())) == len(load.booked) > 100
    assert ids == [str(len(load.booked))] * 2
    assert found["clean"]
    assert found["points_outstanding"] == len(load.booked)
