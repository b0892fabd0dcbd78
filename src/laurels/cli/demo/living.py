"""Half a year goes by for a tenant that is made up, by the operations that everything else uses.

Each step stands at its end: what was bought until then is booked with its own moments, as an import
does; whatever has no moment of its own gets a transaction whose clock shows it. The jobs that were
due by then run. What happened in the last days is told like news, all before it as history.
"""

import logging
import random
from collections.abc import AsyncGenerator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from laurels import ledger, members, purchases, rewards, settlement
from laurels.kit.db.pool import Database
from laurels.kit.errors import AppError
from laurels.kit.jobs import all_jobs
from laurels.kit.values.ids import new_id
from laurels.kit.values.time import start_of_day
from laurels.kit.work import OPERATOR, SYSTEM, Actor, Work, open_work

from .business import Business
from .people import Person, people
from .trading import DAYS, History, Sale, trade, weeks

DAILY = 18
"""So many last days are gone through one by one."""
NEWS = timedelta(days=8)
"""What happened since so long before the end is told like news; the rest is history."""
LOOKS = frozenset({0, 2, 6, 14})
"""After which steps the planner looks how large tables have become: they begin empty."""
REDEEMING = 0.3
"""How often somebody takes a reward who has come by in a step and can afford it."""

MOVED_ON = (members.MemberArchived, members.MemberBlocked, rewards.RedemptionMoved)
"""What stands in the way of what was planned for a redemption: its member was erased, for one."""
log = logging.getLogger(__name__)

Act = Callable[["Life"], Awaitable[None]]


@dataclass
class Life:
    """A tenant under way through its half year."""

    pool: Database
    tenant_id: UUID
    business: Business
    until: datetime
    place: ZoneInfo
    chance: random.Random
    everybody: Sequence[Person]
    history: History
    now: datetime
    rewards: dict[str, UUID] = field(default_factory=dict[str, UUID])
    actors: dict[str, Actor] = field(default_factory=dict[str, Actor])
    ids: dict[str, UUID] = field(default_factory=dict[str, UUID])
    acts: list[tuple[datetime, int, Act]] = field(default_factory=list[tuple[datetime, int, Act]])
    """What is to come, by its moment; of two at once the one that was planned first."""
    last_sale: dict[str, datetime] = field(default_factory=dict[str, datetime])

    @property
    def start(self) -> datetime:
        """When it begins."""
        return self.until - timedelta(days=DAYS + 1)

    def at(self, day: float, hour: int = 0) -> datetime:
        """Return a moment of a day of the half year, by the clocks there."""
        date = self.until.astimezone(self.place).date() - timedelta(days=DAYS - int(day))
        return start_of_day(date, self.place) + timedelta(hours=hour)

    def actor(self, role: str) -> Actor:
        """Return who does it: somebody of the staff, or a key."""
        return self.actors.get(role, OPERATOR)

    def plan(self, moment: datetime, act: Act) -> None:
        """Have something done when its moment comes, if it comes."""
        self.acts.append((moment, len(self.acts), act))

    @asynccontextmanager
    async def work(
        self, actor: Actor = SYSTEM, now: datetime | None = None
    ) -> AsyncGenerator[Work]:
        """Open a transaction at a moment, by default where the clock stands."""
        async with open_work(
            self.pool, tenant_id=self.tenant_id, actor=actor, now=now or self.now
        ) as work:
            yield work

    def person(self, number: int) -> Person:
        """Return the person of this number, the first ones are regulars."""
        return self.everybody[number]

    async def member(self, work: Work, person: Person) -> UUID:
        """Return who this person is among the members. Of a merged one it is the survivor."""
        return (await members.find(work, [person.external_id]))[person.external_id]


def half_year(pool: Database, business: Business, until: datetime) -> Life:
    """Return the half year before this moment, of a tenant that does not exist yet."""
    place = ZoneInfo(business.time_zone)
    everybody = people(
        business.seed,
        business.members,
        pace=business.pace,
        days=DAYS,
        prefix=business.prefix,
        born_around=until.date(),
    )
    history = trade(business.seed + 1, business.market, everybody, until, place)
    for sale in history.sales:
        sale.purchase.currency = business.currency
    return Life(
        pool=pool,
        tenant_id=new_id(),
        business=business,
        until=until,
        place=place,
        chance=random.Random(business.seed + 2),  # noqa: S311 - a story, no secret
        everybody=everybody,
        history=history,
        now=until - timedelta(days=DAYS + 1),
    )


async def live(life: Life, on_progress: Callable[[int, int], None]) -> None:
    """All of it has happened."""
    steps = list(weeks(life.until, daily=DAILY))
    for number, (start, end) in enumerate(steps):
        await _act(life, until=start)
        await _step(life, start, end)
        if number in LOOKS:
            await life.pool.refresh_statistics()
        on_progress(number + 1, len(steps))
    await _act(life, until=life.until)
    await _run_jobs(life)


async def _step(life: Life, start: datetime, end: datetime) -> None:
    life.now = end
    sales = [sale for sale in life.history.sales if start <= sale.at < end]
    historical = end < life.until - NEWS
    await _enrol(life, start, end)
    await _sell(life, sales, historical=historical)
    await _take_back(life, start, end, historical=historical)
    await _record(life, start, end, historical=historical)
    await _act(life, until=end)
    await _redeem(life, sales, end)
    life.now = end
    await _run_jobs(life)


async def _enrol(life: Life, start: datetime, end: datetime) -> None:
    profiles: list[dict[str, Any]] = []
    for person in life.everybody:
        since = life.at(person.since)
        if start <= since < end:
            # Whoever joins is known a moment before they buy.
            profile = person.profile | {"external_id": person.external_id, "enrolled_at": since}
            for channel in ("email", "sms"):
                if f"{channel}_opt_in" in profile:
                    profile[f"{channel}_opt_in_at"] = since
            profiles.append(profile)
    if profiles:
        async with life.work(life.actor("till")) as work:
            for outcome in await settlement.enrol_all(work, profiles):
                _require(outcome)


async def _sell(life: Life, sales: Sequence[Sale], *, historical: bool) -> None:
    if not sales:
        return
    async with life.work(life.actor("till")) as work:
        for outcome in await settlement.settle(
            work, [sale.purchase for sale in sales], historical=historical
        ):
            _require(outcome)
    for sale in sales:
        if sale.person is not None:
            life.last_sale[sale.person.external_id] = sale.at


async def _take_back(life: Life, start: datetime, end: datetime, *, historical: bool) -> None:
    """What waited for its payment is paid or called off; what went back is refunded."""
    ended = [s for s in life.history.sales if s.ends is not None and start <= s.ends[0] < end]
    back = [s for s in life.history.sales if s.back is not None and start <= s.back.at < end]
    if not ended and not back:
        return
    async with life.work(life.actor("till")) as work:
        keys = [(s.purchase.source, s.purchase.external_id or "") for s in (*ended, *back)]
        ids = await purchases.find_by_key(work, keys)
        for sale, key in zip(ended, keys, strict=False):
            assert sale.ends is not None, "only those that end"
            if sale.ends[1] == "completed":
                await settlement.complete(work, ids[key], historical=historical)
            else:
                await settlement.cancel(work, ids[key], status=sale.ends[1])
        refunds: list[purchases.NewRefund] = []
        for sale, key in zip(back, keys[len(ended) :], strict=True):
            assert sale.back is not None, "only those of which something goes back"
            line = sale.back.line
            refunds.append(
                purchases.NewRefund(
                    purchase_id=ids[key],
                    lines=() if line is None else [purchases.RefundLine(line=line)],
                    source=key[0],
                    external_id=f"R-{key[1]}",
                    reason=sale.back.reason,
                    occurred_at=sale.back.at,
                )
            )
        for outcome in await settlement.refund(work, refunds, historical=historical):
            _require(outcome)


async def _record(life: Life, start: datetime, end: datetime, *, historical: bool) -> None:
    items = [item for at, item in life.history.activities if start <= at < end]
    if items:
        async with life.work(life.actor("website")) as work:
            for outcome in await settlement.record_activities(work, items, historical=historical):
                _require(outcome)


async def _act(life: Life, *, until: datetime) -> None:
    """What was planned for a moment before this one is done; it may plan more."""
    while due := [each for each in life.acts if each[0] < until]:
        first = min(due, key=lambda each: each[:2])
        life.acts.remove(first)
        life.now = first[0]
        try:
            await first[2](life)
        except MOVED_ON as error:
            log.debug("not done any more: %s", error)


async def _redeem(life: Life, sales: Sequence[Sale], end: datetime) -> None:
    """Some of those who came by take a reward that they can afford, a while after they bought."""
    came = {sale.person.external_id: sale.person for sale in sales if sale.person is not None}
    async with life.work() as work:
        ids = await members.find(work, list(came))
        purses = await ledger.spendable(work, list(ids.values()))
        catalogue = {
            each["name"]: each
            for each in await rewards.list_rewards(work)
            if each["active"] and (each["ends_at"] is None or each["ends_at"] > end)
        }
    for name in sorted(came, key=lambda each: came[each].number):
        purse = purses.get((ids.get(name, life.tenant_id), None))
        points = purse.available if purse is not None else 0
        affordable = [each for each in catalogue.values() if each["cost_points"] <= points]
        if not affordable or life.chance.random() > REDEEMING:
            continue
        affordable.sort(key=lambda each: (each["cost_points"], each["name"]))
        reward = life.chance.choice(affordable)
        moment = life.last_sale[name] + timedelta(minutes=life.chance.randint(1, 40))
        life.now = min(moment, end - timedelta(seconds=1))
        await _take(life, ids[name], reward)


async def _take(life: Life, member_id: UUID, reward: dict[str, Any]) -> None:
    try:
        async with life.work(life.actor("till")) as work:
            taken = await rewards.redeem(
                work, member_id=member_id, reward_id=reward["id"], source="till"
            )
    except AppError:
        # Sold out, not for their tier, had before: members are told so, as everybody is.
        return
    fate = life.chance.random()
    later = life.now + timedelta(hours=life.chance.uniform(3, 120))
    if reward["fulfilment"] != "manual":
        if fate < 0.62:
            life.plan(_open_hours(life, later), _using(taken.id))
        elif fate < 0.72:
            life.plan(_open_hours(life, later), _refunding(taken.id))
    elif fate < 0.7:
        life.plan(_open_hours(life, later), _delivering(taken.id, used=fate < 0.5))
    elif fate < 0.8:
        life.plan(_open_hours(life, later), _calling_off(taken.id))
    elif fate < 0.9:
        life.plan(_open_hours(life, later), _failing(taken.id))


def _open_hours(life: Life, moment: datetime) -> datetime:
    """Return a moment of the same day at which somebody is in."""
    local = moment.astimezone(life.place)
    return local.replace(hour=9 + local.hour % 9)


def _using(redemption_id: UUID) -> Act:
    async def act(life: Life) -> None:
        reference = f"T-{life.now:%y%m%d}-{life.chance.randrange(1000):03d}"
        async with life.work(life.actor("till")) as work:
            await rewards.use(work, redemption_id, rewards.Use(order_ref=reference))

    return act


def _refunding(redemption_id: UUID) -> Act:
    async def act(life: Life) -> None:
        async with life.work(life.actor("support")) as work:
            await rewards.refund(
                work, redemption_id, reason="Taken by mistake", force=True, restock=True
            )

    return act


def _delivering(redemption_id: UUID, *, used: bool) -> Act:
    async def act(life: Life) -> None:
        async with life.work(life.actor("cashier")) as work:
            delivery = rewards.Delivery(notes="Handed over at the counter")
            await rewards.complete(work, redemption_id, delivery)
        if used:
            later = life.now + timedelta(hours=life.chance.uniform(1, 60))
            life.plan(_open_hours(life, later), _using(redemption_id))

    return act


def _calling_off(redemption_id: UUID) -> Act:
    async def act(life: Life) -> None:
        async with life.work(life.actor("support")) as work:
            await rewards.cancel(work, redemption_id, "The member changed their mind")

    return act


def _failing(redemption_id: UUID) -> Act:
    async def act(life: Life) -> None:
        async with life.work(life.actor("manager")) as work:
            await rewards.fail(work, redemption_id, "Broken on delivery", final=True)

    return act


async def _run_jobs(life: Life) -> None:
    """What was due by now is done, as by a worker: points mature and lapse, tiers are reviewed."""
    for job in all_jobs().values():
        if not job.business:
            continue
        after: UUID | None = None
        while True:
            async with life.work() as work:
                stride = await job.stride(work, after=after, due=life.now)
            if stride.done < job.limit:
                break
            after = stride.last


def _require(outcome: object) -> None:
    if isinstance(outcome, AppError):
        raise outcome
