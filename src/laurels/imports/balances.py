"""Opening balances: points that members bring from another product, lot by lot.

A row is a portion of a member's points with its own dates; several rows of one member are several
lots. The ledger books it once per source and `external_id`.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal
from urllib.parse import quote
from uuid import UUID
from zoneinfo import ZoneInfo

from laurels import ledger, members
from laurels.kit.db.pool import MAX_POINTS
from laurels.kit.errors import AppError
from laurels.kit.values.text import fold
from laurels.kit.work import Work

from .cells import bare
from .errors import MemberUnknown, RowInvalid
from .newcomers import come, greet
from .parsing import check_email, length_wrong, moment_of
from .report import Booked, Outcome, Skipped
from .texts import checked

BALANCE_COLUMNS = tuple(
    """
    external_id member email program points earned_at matures_at expires_at lifetime_redeemed
    lifetime_expired reason
    """.split()
)
REQUIRED = ("external_id", "points")
SOURCE = "import"
NEVER, NOW = "never", "now"
MAX_LENGTHS = {"external_id": 128, "member": 128, "email": 254, "program": 200, "reason": 1000}
_FARTHEST_YEAR = 9998
_POINTS = re.compile(r"-?[0-9]{1,16}")
Date = datetime | Literal["program"] | None
Who = tuple[str, str]


@dataclass(slots=True, kw_only=True)
class BalanceRow:
    """A portion of a member's points as a row tells it; fewer than none are owed."""

    external_id: str
    member: str | None
    email: str | None
    program: str | None
    points: int
    redeemed: int
    expired: int
    earned_at: datetime | None
    matures_at: Date
    expires_at: Date
    reason: str | None

    @property
    def who(self) -> Who:
        """Whom it names: by the external id, else by the e-mail, in small letters."""
        return ("id", self.member) if self.member else ("email", fold(self.email or ""))


@dataclass(slots=True)
class BalanceReading:
    """How the rows of one file of balances are to be read."""

    places: Mapping[str, int]
    zone: ZoneInfo
    now: datetime

    def row(self, values: list[str]) -> BalanceRow:
        """Return the portion that a row tells. Raise RowInvalid, with the column."""
        cells = {name: self._cell(values, name) for name in BALANCE_COLUMNS}
        external_id, email = cells["external_id"], cells["email"]
        if external_id is None:
            raise RowInvalid("is empty; every row needs its own number", field="external_id")
        if email is not None:
            check_email(email)
        if cells["member"] is None and email is None:
            msg = "is empty, and so is `email`; a row needs one of them"
            raise RowInvalid(msg, field="member" if "member" in self.places else "email")
        found = BalanceRow(
            external_id=external_id,
            member=cells["member"],
            email=email,
            program=cells["program"],
            points=_points("points", cells["points"] or ""),
            redeemed=_count("lifetime_redeemed", cells["lifetime_redeemed"]),
            expired=_count("lifetime_expired", cells["lifetime_expired"]),
            earned_at=self._earned_at(cells["earned_at"]),
            matures_at=self._date("matures_at", cells["matures_at"], NOW),
            expires_at=self._date("expires_at", cells["expires_at"], NEVER),
            reason=cells["reason"],
        )
        if not (found.points or found.redeemed or found.expired):
            msg = "is 0, and nothing was spent or lapsed before; leave the row out"
            raise RowInvalid(msg, field="points")
        _require_order(found)
        return found

    def _cell(self, values: list[str], column: str) -> str | None:
        place = self.places.get(column)
        value = bare(values[place].strip()) if place is not None else ""
        if len(value) > MAX_LENGTHS.get(column, 64):
            raise length_wrong(column, value, MAX_LENGTHS.get(column, 64))
        return checked(column, value) or None

    def _earned_at(self, said: str | None) -> datetime | None:
        if said is None:
            return None
        moment = moment_of(said, self.zone, self.now, column="earned_at")
        if moment > self.now:
            raise RowInvalid("is in the future; check the date", field="earned_at")
        return moment

    def _date(self, column: str, said: str | None, word: str) -> Date:
        """Return a date of a lot: a moment, None for the word that says there is none."""
        if said is None:
            return "program"
        if said.lower() == word:
            return None
        return moment_of(said, self.zone, self.now, column=column, last_year=_FARTHEST_YEAR)


def _points(column: str, said: str) -> int:
    if _POINTS.fullmatch(said) is None or abs(int(said)) > MAX_POINTS:
        shown = f"`{said[:40]}` is not a whole number of points" if said else "is empty"
        raise RowInvalid(f"{shown}; write it like `1250`, without separators", field=column)
    return int(said)


def _count(column: str, said: str | None) -> int:
    points = _points(column, said) if said else 0
    if points < 0:
        raise RowInvalid("is negative; write a positive number", field=column)
    return points


def _require_order(row: BalanceRow) -> None:
    """Raise RowInvalid when points would lapse before they came or could be spent."""
    if not isinstance(row.expires_at, datetime):
        return
    if row.earned_at is not None and row.expires_at <= row.earned_at:
        raise RowInvalid("is earlier than `earned_at`; check the dates", field="expires_at")
    if isinstance(row.matures_at, datetime) and row.expires_at <= row.matures_at:
        raise RowInvalid("is earlier than `matures_at`; check the dates", field="expires_at")


# -- booking -------------------------------------------------------------------------------------


async def book_balances(
    work: Work, rows: Sequence[BalanceRow], *, source: str, welcome: bool, known_only: bool
) -> list[Outcome]:
    """These portions are in their members' wallets, each once; each fails alone."""
    programs = await ledger.program_ids(work)
    people, new = await _people(work, rows, known_only=known_only)
    wanted: list[ledger.Opening] = []
    outcomes: list[Outcome] = []
    for row in rows:
        who = people[row.who] if row.who in people else MemberUnknown(field="member")
        if isinstance(who, AppError):
            outcomes.append(who)
        elif row.program is not None and row.program not in programs:
            listed = ", ".join(f"`{name}`" for name in sorted(programs)[:10])
            msg = f"there is no program `{row.program[:80]}`; use one of: {listed}"
            outcomes.append(RowInvalid(msg, field="program"))
        else:
            wanted.append(_opening(row, who, source, programs))
            outcomes.append(Skipped())
    posted = iter(await ledger.post(work, wanted, historical=True))
    greeted = set(new)
    for place, row in enumerate(rows):
        if isinstance(outcomes[place], Skipped):
            outcomes[place] = _outcome(row, next(posted), enrolled=row.who in greeted)
    await greet(work, list(new.values()), welcome=welcome)
    return outcomes


def _opening(
    row: BalanceRow, member_id: UUID, source: str, programs: Mapping[str, UUID]
) -> ledger.Opening:
    key = f"{quote(source, safe='')}/{row.external_id}"
    return ledger.Opening(
        member_id=member_id,
        program_id=None if row.program is None else programs[row.program],
        points=row.points,
        redeemed=row.redeemed,
        expired=row.expired,
        matures_at=row.matures_at,
        expires_at=row.expires_at,
        occurred_at=row.earned_at,
        reason=row.reason,
        source=SOURCE,
        source_id=key,
        key=key,
    )


def _outcome(row: BalanceRow, result: ledger.Posted | AppError, *, enrolled: bool) -> Outcome:
    if isinstance(result, AppError):
        return result
    if result.replayed:
        return Skipped()
    return Booked(row.points, enrolled=row.who[1] if enrolled else None)


async def _people(
    work: Work, rows: Sequence[BalanceRow], *, known_only: bool
) -> tuple[dict[Who, UUID | AppError], dict[Who, UUID]]:
    """Return whom the rows name, and who of them was enrolled just now.

    Those who come by an external id alone are enrolled together; one who comes with an e-mail may
    be known by it, and is matched by either.
    """
    by_id = await members.find(work, [row.member for row in rows if row.member])
    by_mail = await members.find_by_email(
        work, [row.email for row in rows if row.email and not row.member]
    )
    found: dict[Who, UUID | AppError] = {("id", name): who for name, who in by_id.items()}
    found |= {("email", mail): who for mail, who in by_mail.items()}
    missing = [row for row in rows if row.who not in found]
    new = await _enrol_plain(work, missing) if not known_only else {}
    found |= new
    for row in missing:
        if row.who in found or row.email is None:
            continue
        profile = {"external_id": row.member, "email": row.email}
        try:
            upserted = await come(
                work,
                {name: value for name, value in profile.items() if value},
                known_only=known_only,
            )
        except AppError as error:
            found[row.who] = error
            continue
        found[row.who] = upserted.id
        if upserted.created:
            new[row.who] = upserted.id
    return found, new


async def _enrol_plain(work: Work, rows: Sequence[BalanceRow]) -> dict[Who, UUID]:
    """Those who are named by an external id alone are members, since their first points."""
    since: dict[str, datetime] = {}
    for row in rows:
        if row.member is not None and row.email is None:
            moment = row.earned_at or work.now
            since[row.member] = min(since.get(row.member, moment), moment)
    ensured = await members.ensure_new(work, list(since), enrolled_at=since, historical=True)
    made = set(ensured.new)
    return {("id", name): who for name, who in ensured.ids.items() if who in made}
