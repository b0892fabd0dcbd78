"""Half a year of a small café's business, made up: the same story for the same first day."""

import csv
import json
import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from pathlib import Path

DAYS = 182
MEMBERS = 250
FEATURED = "C1001"
"""A regular whose story is shown; the rows of regulars come first."""

_FIRST_NAMES = (
    "Ada Amir Anna Ben Carla Chen Dana Diego Elif Emma Erik Fatima Felix Grace Hana Hugo Ines Ivan"
    " Jana Jonas Kemal Lena Leo Lucia Marta Mateo Mei Mila Nadia Nils Noor Olga Omar Paula Pia"
    " Priya Rafael Rosa Samir Sofia Tariq Tess Tom Vera Viktor Yara Yuki Zoe"
)
_LAST_NAMES = (
    "Abebe Andersen Bauer Brown Castro Chang Cohen Costa Dubois Evans Fischer Garcia Haddad Hansen"
    " Ito Jansen Keller Khan Kim Kovac Larsen Lopez Martin Meyer Moreau Nguyen Novak Okafor Olsen"
    " Park Patel Petrov Popescu Reyes Rossi Santos Sato Silva Singh Smith Tanaka Weber Wood Yilmaz"
)
_MENU = (
    ("ESP", "Espresso", "drinks", "2.80"),
    ("CAP", "Cappuccino", "drinks", "3.90"),
    ("TEA", "Pot of tea", "drinks", "3.60"),
    ("LEM", "Lemonade", "drinks", "4.20"),
    ("CRO", "Croissant", "bakery", "2.60"),
    ("CAK", "Slice of cake", "bakery", "4.80"),
    ("SOU", "Soup of the day", "food", "7.90"),
    ("SAN", "Sandwich", "food", "8.50"),
    ("BRU", "Brunch for two", "food", "34.00"),
    ("BEA", "Beans, 500 g", "shop", "14.50"),
    ("MUG", "Mug", "shop", "16.00"),
    ("GIF", "Gift box", "shop", "49.00"),
)
_WEIGHTS = (10, 16, 6, 5, 10, 8, 5, 7, 2, 3, 1, 1)
_WEEKDAYS = (0.8, 0.8, 0.9, 0.95, 1.1, 1.5, 1.2)
_MONTHS = (0.85, 0.9, 1.0, 1.0, 1.05, 1.0, 0.9, 0.85, 1.0, 1.05, 1.1, 1.4)
_HOURS = (0, 0, 0, 0, 0, 0, 0, 6, 10, 9, 7, 8, 12, 10, 6, 7, 7, 5, 3, 2, 0, 0, 0, 0)


@dataclass(slots=True)
class _Guest:
    """Somebody who comes by: since when, and how many times a week."""

    id: str
    since: int
    weekly: float


@dataclass(slots=True)
class _Till:
    """The rows that the café's till wrote down."""

    chance: random.Random
    rows: list[dict[str, str]] = field(default_factory=list[dict[str, str]])
    refunds: int = 0

    def sell(self, guest: str, at: datetime, *, late: bool) -> None:
        chance = self.chance
        picked = chance.choices(_MENU, _WEIGHTS, k=chance.choices((1, 2, 3, 4), (5, 6, 3, 1))[0])
        lines = [
            {"sku": sku, "name": name, "category": kind, "unit_price": price, "quantity": "1"}
            for sku, name, kind, price in picked
        ]
        amount = sum((Decimal(price) for *_, price in picked), Decimal(0))
        online = chance.random() < 0.12
        status = "pending" if online and late else "completed"
        if online and not late and chance.random() < 0.06:
            status = chance.choice(("cancelled", "failed"))
        number = f"P{len(self.rows) + 1:05d}"
        row = {
            "external_id": number,
            "member": guest,
            "occurred_at": at.isoformat(),
            "amount": str(amount),
            "currency": "USD",
            "status": status,
            "refund_of": "",
            "channel": "online" if online else "counter",
            "payment_method": "card" if online or chance.random() < 0.7 else "cash",
            "lines": json.dumps(lines),
        }
        self.rows.append(row)
        if status == "completed" and not late and chance.random() < 0.02:
            self._take_back(row, at + timedelta(hours=chance.randint(1, 30)), picked[0][3])

    def _take_back(self, row: dict[str, str], at: datetime, part: str) -> None:
        self.refunds += 1
        self.rows.append(
            row
            | {
                "external_id": f"R{self.refunds:04d}",
                "occurred_at": at.isoformat(),
                "amount": row["amount"] if self.chance.random() < 0.5 else part,
                "refund_of": row["external_id"],
                "status": "",
                "lines": "",
            }
        )


def _guests(chance: random.Random) -> Iterator[_Guest]:
    for number in range(MEMBERS):
        # One in ten is a regular; most of the others come a few times and stay away.
        regular = number < MEMBERS // 10
        since = chance.randint(0, DAYS // 3 if regular else DAYS - 4)
        weekly = chance.uniform(1.2, 4.0) if regular else chance.expovariate(1 / 0.45)
        yield _Guest(f"C{1001 + number}", since, weekly)


def write_purchases(file: Path, until: date) -> None:
    """The file tells what was bought in the days before `until`, in the order of time."""
    chance = random.Random(1847)  # noqa: S311 - a story, no secret
    till = _Till(chance)
    guests = list(_guests(chance))
    for day in range(DAYS):
        today = until - timedelta(days=DAYS - day)
        busy = _WEEKDAYS[today.weekday()] * _MONTHS[today.month - 1]
        for guest in guests:
            first = day == guest.since
            if first or (day > guest.since and chance.random() < guest.weekly / 7 * busy):
                hour = chance.choices(range(24), _HOURS)[0]
                at = time(hour, chance.randrange(60), chance.randrange(60), tzinfo=UTC)
                till.sell(guest.id, datetime.combine(today, at), late=day >= DAYS - 2)
    till.rows.sort(key=lambda row: row["occurred_at"])
    _write(file, till.rows)


def write_members(file: Path) -> None:
    """The file tells who the guests are, and a few who have joined but not bought yet."""
    chance = random.Random(1848)  # noqa: S311 - a story, no secret
    names = [(first, last) for first in _FIRST_NAMES.split() for last in _LAST_NAMES.split()]
    rows: list[dict[str, str]] = []
    for number, (first, last) in enumerate(chance.sample(names, MEMBERS + 12)):
        born = date(1950, 1, 1) + timedelta(days=chance.randrange(20_000))
        rows.append(
            {
                "external_id": f"C{1001 + number}",
                "email": f"{first}.{last}@example.com".lower(),
                "first_name": first,
                "last_name": last,
                "birthday": born.isoformat() if chance.random() < 0.6 else "",
                "email_opt_in": "yes" if chance.random() < 0.8 else "no",
            }
        )
    _write(file, rows)


def _write(file: Path, rows: Sequence[dict[str, str]]) -> None:
    with file.open("w", encoding="utf-8", newline="") as target:
        writer = csv.DictWriter(target, fieldnames=list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)
