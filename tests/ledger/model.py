"""What a wallet must do, told a second time and differently: every single point is an object.

Written from the design's decisions 4 to 7 and not from the ledger, which counts in lots and never
sees a single point. Slow and simple on purpose.
"""

from collections import Counter
from dataclasses import dataclass, field
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

NEVER = datetime(9999, 1, 1, tzinfo=UTC)


@dataclass(eq=False)
class Point:
    """One point: where it is, its dates, and which earn's own lot it is in."""

    state: str
    ripens: datetime | None
    lapses: datetime | None
    lot: int | None
    earn: "Earn | None"

    def order(self) -> tuple[bool, datetime, int]:
        """What is spent first: what lapses first; points without a lot last."""
        return (self.lot is None, self.lapses or NEVER, self.lot or 0)


@dataclass(eq=False)
class Earn:
    """Points that came in, and how many of them went back."""

    points: int
    back: int = 0


@dataclass(eq=False)
class Spend:
    """Points that went out, in the order in which they come back."""

    points: list[Point]
    back: int = 0


@dataclass(eq=False)
class Hold:
    """Points set aside."""

    points: list[Point]
    expires: datetime | None
    open: bool = True


@dataclass(eq=False)
class Purse:
    """A wallet of a program with these dates."""

    maturity: int
    expiry: int | None
    grace: int
    zone: ZoneInfo
    points: list[Point] = field(default_factory=list)
    debt: int = 0
    lots: int = 0

    @property
    def figures(self) -> tuple[int, int, int, int]:
        """Available, pending, held and debt."""
        states = [point.state for point in self.points]
        return (*(states.count(state) for state in ("available", "pending", "held")), self.debt)

    @property
    def dated(self) -> dict[tuple[bool, datetime], int]:
        """How many points lapse when; unripe ones apart, those that are held not counted."""
        return dict(
            Counter(
                (point.state == "pending", point.lapses or NEVER)
                for point in self.points
                if point.state in {"available", "pending"} and point.lot is not None
            )
        )

    def day(self, at: datetime, days: int) -> datetime:
        """The midnight that ends the local day that is so many days later."""
        local = at.astimezone(self.zone).date() + timedelta(days + 1)
        return datetime.combine(local, time(0), self.zone).astimezone(UTC)

    # What falls due --------------------------------------------------------------------------

    def settle(self, at: datetime) -> None:
        """Live through every day until this moment."""
        days = {day for p in self.points for day in (p.ripens, p.lapses) if day and day <= at}
        for day in sorted(days):
            unripe = [p for p in self.points if p.state == "pending" and p.ripens <= day]
            for lot in sorted({p.lot for p in unripe if p.ripens <= (p.lapses or NEVER)}):
                for point in unripe:
                    if point.lot == lot:
                        point.state = "available"
                self.pay_debt()
            for point in self.points:
                if point.state in {"available", "pending"} and (point.lapses or NEVER) <= day:
                    point.state = "lapsed"

    def pay_debt(self) -> None:
        """Debt takes what is available."""
        self.debt -= len(self.use(self.debt, "gone"))

    def use(self, number: int, state: str) -> list[Point]:
        """Put up to so many available points into another state, in their order."""
        ready = sorted((p for p in self.points if p.state == "available"), key=Point.order)
        for point in ready[:number]:
            point.state = state
        return ready[:number]

    # What is asked ---------------------------------------------------------------------------

    def earn(self, number: int, at: datetime, now: datetime, lapses: datetime | None) -> Earn:
        """Points come in: debt first, the rest with the program's dates."""
        self.settle(at)
        earn = Earn(number)
        paid = min(self.debt, number)
        self.debt -= paid
        ripens = self.day(at, self.maturity) if self.maturity else None
        if lapses is None and self.expiry is not None:
            lapses = self.day(at, self.expiry)
        ripe = ripens is None or ripens <= now
        lot = None if ripe and lapses is None else self.next_lot()
        state = "available" if ripe else "pending"
        self.points += [Point(state, ripens, lapses, lot, earn) for _ in range(number - paid)]
        return earn

    def next_lot(self) -> int:
        """The number of a new lot."""
        self.lots += 1
        return self.lots

    def spend(self, number: int, at: datetime) -> Spend | None:
        """Points go out; None when there are too few."""
        self.settle(at)
        if self.figures[0] < number:
            return None
        return Spend(self.use(number, "spent")[::-1])

    def penalize(self, number: int, at: datetime) -> Spend:
        """As many as are there go out, ripe ones first, then those that ripen last."""
        self.settle(at)
        gone = self.use(number, "spent")
        unripe = [point for point in self.points if point.state == "pending"]
        unripe.sort(key=lambda point: (point.ripens, point.lot), reverse=True)
        for point in unripe[: number - len(gone)]:
            point.state = "spent"
            gone.append(point)
        return Spend(sorted(gone, key=Point.order)[::-1])

    def hold(self, number: int, at: datetime, expires: datetime | None) -> Hold | None:
        """Points are set aside; None when there are too few."""
        self.settle(at)
        if self.figures[0] < number:
            return None
        return Hold(self.use(number, "held"), expires)

    def capture(self, hold: Hold, number: int, at: datetime) -> Spend | str:
        """Points set aside are spent and the rest released; the name of the refusal if not."""
        self.settle(at)
        if not hold.open or (hold.expires or NEVER) <= at:
            return "HoldClosed"
        if number > len(hold.points):
            return "CaptureTooLarge"
        spent, hold.points = hold.points[:number], hold.points[number:]
        for point in spent:
            point.state = "spent"
        self.release(hold, at)
        return Spend(spent[::-1])

    def release(self, hold: Hold, at: datetime) -> bool:
        """Points set aside come back: to debt first, and what is past its time lapses."""
        self.settle(at)
        if not hold.open:
            return False
        hold.open = False
        for point in hold.points:
            point.state = "available"
        self.pay_debt()
        self.settle(at)
        return True

    def take_back(self, earn: Earn, total: int, at: datetime) -> int:
        """Earned points go back: own lot, what lapsed of it, what is there, debt."""
        self.settle(at)
        wanted = min(total, earn.points) - earn.back
        if wanted <= 0:
            return 0
        earn.back += wanted
        own = [p for p in self.points if p.earn is earn and p.lot is not None]
        gone = [p for p in own if p.state in {"available", "pending"}][:wanted]
        for point in gone:
            point.state = "gone"
        lapsed = [p for p in own if p.state == "lapsed"][: wanted - len(gone)]
        for point in lapsed:
            point.state = "lapsed and counted"
        rest = wanted - len(gone) - len(lapsed)
        self.debt += rest - len(self.use(rest, "gone"))
        return len(lapsed) - wanted

    def give_back(self, spend: Spend, total: int, at: datetime) -> int:
        """Spent points come back: debt first, then each to where it was."""
        self.settle(at)
        until = min(total, len(spend.points))
        back = spend.points[spend.back : until]
        spend.back = max(spend.back, until)
        paid = min(self.debt, len(back))
        self.debt -= paid
        for point in back[:paid]:
            point.state = "gone"
        for point in back[paid:]:
            late = (point.lapses or NEVER) <= at
            point.state = "available" if late or (point.ripens or at) <= at else "pending"
            if late:
                point.lapses, point.lot, point.earn = self.day(at, self.grace), self.lots + 1, None
                point.ripens = None
        self.lots += 1
        return len(back)
