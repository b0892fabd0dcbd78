"""What people buy, when, and what of it comes back: the same for the same seed and day."""

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

from laurels.activities import NewActivity
from laurels.purchases import Line, NewPurchase

from .people import Person

DAYS = 182


@dataclass(frozen=True, slots=True)
class Product:
    """Something for sale; `months` are those in which three times as many are sold."""

    sku: str
    name: str
    category: str
    price: Decimal
    weight: int
    months: Sequence[int] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Market:
    """How a business sells: what, when, on which ways, and how often something goes wrong."""

    products: Sequence[Product]
    weekdays: Sequence[float]
    months: Sequence[float]
    hours: Sequence[int]
    basket: Sequence[int]
    channels: Sequence[tuple[str, int]]
    remote: frozenset[str]
    """Channels on which a purchase waits for its payment, fails and is called off."""
    guests: float
    returns: float
    return_days: tuple[float, float]
    reviews: float
    tax: Decimal


@dataclass(frozen=True, slots=True)
class Return:
    """Something of a purchase goes back: one line of it, or all."""

    at: datetime
    line: int | None
    reason: str


@dataclass(slots=True)
class Sale:
    """A purchase, whose it is, what it becomes if it waits at first, and what goes back."""

    purchase: NewPurchase
    at: datetime
    person: Person | None
    ends: tuple[datetime, str] | None = None
    back: Return | None = None


@dataclass(slots=True)
class History:
    """All that was bought and done, in the order of time."""

    sales: list[Sale] = field(default_factory=list[Sale])
    activities: list[tuple[datetime, NewActivity]] = field(
        default_factory=list[tuple[datetime, NewActivity]]
    )


_REASONS = ("Does not fit", "Arrived damaged", "Changed their mind", "Wrong size", "Not as shown")
_REVIEWS = ("Lovely.", "Exactly what I hoped for.", "Good, a bit small.", "Would buy it again.")


def trade(
    seed: int, market: Market, everybody: Sequence[Person], until: datetime, place: ZoneInfo
) -> History:
    """Return half a year of trade that ends at this moment."""
    chance = random.Random(seed)  # noqa: S311 - a story, no secret
    history = History()
    today = until.astimezone(place).date()
    for number in range(DAYS + 1):
        day = today - timedelta(days=DAYS - number)
        busy = market.weekdays[day.weekday()] * market.months[day.month - 1]
        for at, person in sorted(_visits(chance, market, everybody, number, busy), key=_by_time):
            moment = datetime.combine(day, at, tzinfo=place)
            if moment < until:
                _sell(chance, market, history, person, moment, until)
    history.sales.sort(key=lambda sale: sale.at)
    history.activities.sort(key=lambda each: each[0])
    return history


def _by_time(visit: tuple[time, Person | None]) -> tuple[time, int]:
    return visit[0], -1 if visit[1] is None else visit[1].number


def _visits(
    chance: random.Random, market: Market, everybody: Sequence[Person], day: int, busy: float
) -> Iterator[tuple[time, Person | None]]:
    for person in everybody:
        # Everybody buys on the day they join, but for a few who have only signed up.
        if person.since == day and person.weekly > 0:
            yield _clock(chance, market), person
        elif person.since < day <= person.until and chance.random() < person.weekly / 7 * busy:
            yield _clock(chance, market), person
            if chance.random() < market.guests:
                yield _clock(chance, market), None


def _clock(chance: random.Random, market: Market) -> time:
    hour = chance.choices(range(24), market.hours)[0]
    return time(hour, chance.randrange(60), chance.randrange(60))


def _sell(
    chance: random.Random,
    market: Market,
    history: History,
    person: Person | None,
    at: datetime,
    until: datetime,
) -> None:
    lines = _lines(chance, market, at.date())
    amount = sum((line.amount for line in lines), Decimal(0))
    channel = chance.choices(*zip(*market.channels, strict=True))[0]
    remote = channel in market.remote
    purchase = NewPurchase(
        amount=amount,
        currency="",
        source=channel,
        external_id=f"{channel[0].upper()}-{10_001 + len(history.sales)}",
        member=person.external_id if person else None,
        occurred_at=at,
        lines=lines,
        channel=channel,
        payment_method="card" if remote or chance.random() < 0.7 else "cash",
    )
    sale = Sale(purchase, at, person)
    # Of what came in last a good part is not paid yet.
    if remote and chance.random() < (0.5 if until - at < timedelta(days=2) else 0.12):
        purchase.status = "pending"
        ends = chance.choices(("completed", "cancelled", "failed"), (6, 2, 1))[0]
        ended = at + timedelta(hours=chance.randint(6, 90))
        sale.ends = (ended, ends) if ended < until else None
    elif remote and chance.random() < 0.03:
        purchase.status = chance.choice(("cancelled", "failed"))
    elif chance.random() < market.returns:
        back = at + timedelta(days=chance.uniform(*market.return_days))
        line = chance.randint(1, len(lines)) if len(lines) > 1 and chance.random() < 0.6 else None
        sale.back = Return(back, line, chance.choice(_REASONS)) if back < until else None
    history.sales.append(sale)
    if person is not None and purchase.status == "completed":
        _tell(chance, market, history, sale, until)


def _tell(
    chance: random.Random, market: Market, history: History, sale: Sale, until: datetime
) -> None:
    """Some buyers review what they bought, some share it."""
    draw, at = chance.random(), sale.at + timedelta(hours=chance.uniform(5, 120))
    if draw > market.reviews * 1.4 or at >= until:
        return
    line = sale.purchase.lines[0]
    review = draw < market.reviews
    history.activities.append(
        (
            at,
            NewActivity(
                kind="review" if review else "social_share",
                source="website",
                external_id=f"A-{len(history.activities) + 1:05d}",
                member=sale.purchase.member,
                subject=line.sku,
                value=Decimal(chance.choices((5, 4, 3, 2), (8, 5, 2, 1))[0]) if review else None,
                attributes={"text": chance.choice(_REVIEWS)} if review else {"to": "instagram"},
                occurred_at=at,
            ),
        )
    )


def _lines(chance: random.Random, market: Market, day: date) -> list[Line]:
    weights = [each.weight * (3 if day.month in each.months else 1) for each in market.products]
    count = chance.choices(range(1, len(market.basket) + 1), market.basket)[0]
    picked = dict.fromkeys(chance.choices(market.products, weights, k=count))
    lines: list[Line] = []
    for product in picked:
        quantity = Decimal(chance.choices((1, 2, 3), (14, 3, 1))[0])
        amount = product.price * quantity
        tax = amount - (amount / (1 + market.tax)).quantize(Decimal("0.01"))
        lines.append(
            Line(
                quantity=quantity,
                unit_price=product.price,
                amount=amount,
                tax_amount=tax if market.tax else None,
                sku=product.sku,
                name=product.name,
                category=product.category,
            )
        )
    return lines


def weeks(until: datetime, *, daily: int) -> Iterator[tuple[datetime, datetime]]:
    """Return the half year in steps: weeks, and in the end days, the last one up to now."""
    at = until - timedelta(days=DAYS + 1)
    while at < until:
        left = until - at
        step = timedelta(days=7) if left > timedelta(days=daily + 7) else timedelta(days=1)
        yield at, min(at + step, until)
        at += step
