"""From a row to what the books take: pure, one row at a time, each error with its remedy."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from pydantic import TypeAdapter, ValidationError

from laurels.kit.values.faults import fault_of
from laurels.kit.values.fields import Attributes, Identities
from laurels.kit.values.money import check_currency
from laurels.kit.values.strict_json import read_json
from laurels.kit.values.time import local_date
from laurels.purchases import Line, NewPurchase, Payment, RefundLine

from .cells import bare
from .errors import RowInvalid
from .lines import line_back_of, line_of, parse_lines, parse_lines_back
from .texts import checked

REQUIRED = ("external_id", "member", "occurred_at", "amount", "currency")
PURCHASE_COLUMNS = (
    *REQUIRED,
    "tax_amount",
    "points_paid",
    "source",
    "status",
    "refund_of",
    "channel",
    "payment_method",
    "note",
    "lines",
    "attributes",
)
LINE_COLUMNS = tuple("sku name category quantity unit_price line_amount line_tax_amount".split())
"""Of a file with a row for each line: what is the line's own."""
_OF_THE_ORDER = tuple(
    """
    member amount tax_amount points_paid currency status refund_of channel payment_method note
    """.split()
)
STATUSES = ("pending", "completed", "failed", "cancelled")
PAYMENT_METHODS = ("cash", "card", "mobile", "other")
MAX_LENGTHS = {
    "source": 64,
    "external_id": 128,
    "member": 128,
    "refund_of": 128,
    "channel": 64,
    "note": 1000,
}
EARLIEST_YEAR = 1970

_AMOUNT = re.compile(r"-?[0-9]{1,16}(?:\.[0-9]{1,12})?")
_DATE = re.compile(r"([0-9]{4})-?([0-9]{2})-?([0-9]{2})")
_MAX_MOMENTS = 20_000


@dataclass(slots=True)
class RefundRow:
    """A refund as a row tells it; `of` is the external id of its purchase in the same source."""

    of: str
    external_id: str
    amount: Decimal | None
    occurred_at: datetime
    member: str | None = None
    lines: Sequence[RefundLine] = ()
    reason: str | None = None
    source: str | None = None
    """Where it came from, if not from where the whole file does."""


@dataclass(slots=True)
class Reading:
    """How the rows of one file are to be read; remembers the dates it has met."""

    places: Mapping[str, int]
    source: str
    currency: str
    zone: ZoneInfo
    now: datetime
    _moments: dict[str, datetime] = field(default_factory=dict[str, datetime])

    def purchase(self, values: list[str]) -> NewPurchase | RefundRow:
        """Return the purchase or the refund that a row tells. Raise RowInvalid, with the column."""
        places = self.places
        values = [bare(value.strip()) for value in values]
        external_id = values[places["external_id"]].strip()
        if not 1 <= len(external_id) <= 128:
            raise length_wrong("external_id", external_id, 128, needed=True)
        external_id = checked("external_id", external_id)
        occurred_at = self._moment(values[places["occurred_at"]].strip())
        if "refund_of" in places and (of := values[places["refund_of"]].strip()):
            return self._refund(of, external_id, occurred_at, values)
        member = values[places["member"]].strip() or None
        if member is not None and len(member) > 128:
            raise length_wrong("member", member, 128)
        member = member and checked("member", member)
        item = NewPurchase(
            amount=amount_of(values[places["amount"]].strip(), signed=True),
            currency=self._currency(values[places["currency"]].strip()),
            source=self.source,
            external_id=external_id,
            member=member,
            occurred_at=occurred_at,
        )
        if len(places) > len(REQUIRED):
            self._more(item, values)
        return item

    def order(self, rows: list[list[str]]) -> NewPurchase | RefundRow:
        """Return the purchase that several rows tell, a line each. Raise RowInvalid.

        What is the order's stands in each of them, its time in the first. Without a column
        `amount` the order's is the sum of its lines.
        """
        places, first = self.places, rows[0]
        for column in _OF_THE_ORDER:
            if (place := places.get(column)) is None:
                continue
            for row in rows[1:]:
                if row[place].strip() != first[place].strip():
                    msg = f"differs within the order: `{first[place][:40]}` and `{row[place][:40]}`"
                    raise RowInvalid(msg, field=column)
        if (of := places.get("refund_of")) is not None and first[of].strip():
            return self._order_back(rows)
        lines = [self._line(row) for row in rows]
        if "amount" in places:
            item = self.purchase(first)
        else:
            total = sum((line.amount for line in lines), Decimal(0))
            width = len(first)
            whole = Reading(
                {**places, "amount": width},
                self.source,
                self.currency,
                self.zone,
                self.now,
                self._moments,
            )
            item = whole.purchase([*first, format(total, "f")])
        if isinstance(item, NewPurchase):
            item.lines = lines
        return item

    def _order_back(self, rows: list[list[str]]) -> NewPurchase | RefundRow:
        """Return the refund that several rows tell, a line each.

        Without a column `amount` the buyer got what was paid for the lines.
        """
        reading, first = self, rows[0]
        if "amount" not in self.places:
            reading = replace(self, places={**self.places, "amount": len(first)})
            first = [*first, ""]
        item = reading.purchase(first)
        if isinstance(item, RefundRow):
            item.lines = [self._line_back(row) for row in rows]
        return item

    def _line(self, values: list[str]) -> Line:
        cells = {
            name: bare(values[self.places[name]].strip())
            for name in LINE_COLUMNS
            if name in self.places
        }
        given: dict[str, Any] = {
            name.removeprefix("line_"): cell for name, cell in cells.items() if cell
        }
        try:
            return line_of(given, self.currency)
        except ValueError as error:
            raise RowInvalid(str(error), field="lines") from None

    def _refund(
        self, of: str, external_id: str, occurred_at: datetime, values: list[str]
    ) -> RefundRow:
        if len(of) > 128:
            raise length_wrong("refund_of", of, 128)
        said = values[self.places["amount"]].strip()
        if said.startswith("-"):
            msg = "is negative; write the refunded amount as a positive number"
            raise RowInvalid(msg, field="amount")
        if currency := values[self.places["currency"]].strip():
            self._currency(currency)
        lines = self._cell(values, "lines")
        member = values[self.places["member"]].strip() or None
        if member is not None and len(member) > 128:
            raise length_wrong("member", member, 128)
        return RefundRow(
            checked("refund_of", of),
            external_id,
            amount_of(said) if said else None,
            occurred_at,
            member=member and checked("member", member),
            lines=() if lines is None else _lines_back(lines),
            reason=self._cell(values, "note"),
            source=self._cell(values, "source"),
        )

    def _line_back(self, values: list[str]) -> RefundLine:
        """Return the line of a purchase that a row of a refund brings back."""
        cells = {
            name: bare(values[self.places[name]].strip())
            for name in ("sku", "quantity", "line_amount")
            if name in self.places
        }
        given = {name.removeprefix("line_"): cell for name, cell in cells.items() if cell}
        try:
            return line_back_of(given)
        except ValueError as error:
            raise RowInvalid(str(error), field="lines") from None

    def _more(self, item: NewPurchase, values: list[str]) -> None:
        """Fill in the columns that most files do not have."""
        tax = self._cell(values, "tax_amount")
        if tax is not None:
            item.tax_amount = amount_of(tax, column="tax_amount", signed=True)
        paid = self._cell(values, "points_paid")
        if paid is not None and paid != "0":
            item.payments = [Payment(points=_points(paid))]
        status = self._cell(values, "status")
        if status is not None:
            item.status = _one_of("status", status, STATUSES)
        method = self._cell(values, "payment_method")
        if method is not None:
            item.payment_method = _one_of("payment_method", method, PAYMENT_METHODS)
        item.source = self._cell(values, "source") or item.source
        item.channel = self._cell(values, "channel")
        attributes = self._cell(values, "attributes")
        if attributes is not None:
            item.attributes = _from_json("attributes", attributes)
        item.note = self._cell(values, "note")
        lines = self._cell(values, "lines")
        if lines is not None:
            item.lines = _lines(lines, self.currency)

    def _cell(self, values: list[str], column: str) -> str | None:
        place = self.places.get(column)
        value = values[place].strip() if place is not None else ""
        if not value:
            return None
        if column in MAX_LENGTHS and len(value) > MAX_LENGTHS[column]:
            raise length_wrong(column, value, MAX_LENGTHS[column])
        return checked(column, value)

    def _currency(self, said: str) -> str:
        if said == self.currency:
            return said
        try:
            check_currency(said)
        except ValueError as error:
            raise RowInvalid(str(error), field="currency") from None
        msg = f"`{said}` is not this tenant's currency; send amounts in {self.currency}"
        raise RowInvalid(msg, field="currency")

    def _moment(self, said: str) -> datetime:
        known = self._moments.get(said)
        if known is None:
            known = moment_of(said, self.zone, self.now)
            if len(self._moments) < _MAX_MOMENTS:
                self._moments[said] = known
        return known


def _points(said: str) -> int:
    if re.fullmatch("[0-9]{1,15}", said) is None or not int(said):
        msg = f"`{said[:40]}` is not a whole number of points above zero, such as `500`"
        raise RowInvalid(msg, field="points_paid")
    return int(said)


def amount_of(said: str, *, column: str = "amount", signed: bool = False) -> Decimal:
    """Return the exact amount. Raise RowInvalid for separators, symbols and a sign that may not be.

    One below zero is of goods that came back without their purchase.
    """
    if _AMOUNT.fullmatch(said) is None:
        shown = f"`{said[:40]}` is not an amount" if said else "is empty"
        msg = f"{shown}; write it like `1234.50`, without separators or a currency sign"
        raise RowInvalid(msg, field=column)
    if said.startswith("-") and not signed:
        msg = "is negative; amounts are zero or more"
        raise RowInvalid(msg, field=column)
    return Decimal(said)


def moment_of(
    said: str,
    zone: ZoneInfo,
    now: datetime,
    *,
    column: str = "occurred_at",
    last_year: int | None = None,
) -> datetime:
    """Return the moment in UTC; a day is its start where the tenant is. Raise RowInvalid.

    A time without an offset is the tenant's local time. Without a last year it is the next one.
    """
    found = _DATE.match(said)
    if found is None:
        shown = f"`{said[:40]}` is not a date" if said else "is empty"
        msg = f"{shown}; write `2026-03-01`, `20260301` or `2026-03-01T12:00:00Z`"
        raise RowInvalid(msg, field=column)
    year = int(found[1])
    # Before anything is computed: at the ends of the calendar even a time zone overflows.
    if not EARLIEST_YEAR <= year <= (last_year or now.year + 1):
        where = "before 1970" if year < EARLIEST_YEAR else "in the future"
        msg = f"the year {year} is {where}; check the date"
        raise RowInvalid(msg, field=column)
    try:
        moment = datetime.fromisoformat(said)
    except ValueError as error:
        msg = f"`{said[:40]}` is not a date ({error}); write `2026-03-01T12:00:00Z`"
        raise RowInvalid(msg, field=column) from None
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=zone)
    return moment.astimezone(UTC)


def _lines(said: str, currency: str) -> list[Line]:
    try:
        return parse_lines(said, currency)
    except ValueError as error:
        raise RowInvalid(str(error), field="lines") from None


def _lines_back(said: str) -> list[RefundLine]:
    try:
        return parse_lines_back(said)
    except ValueError as error:
        raise RowInvalid(str(error), field="lines") from None


def _one_of(column: str, said: str, allowed: tuple[str, ...]) -> str:
    value = said.lower()
    if value not in allowed:
        msg = f"`{said[:40]}` is not a {column.replace('_', ' ')}; use {', '.join(allowed)}"
        raise RowInvalid(msg, field=column)
    return value


def length_wrong(column: str, value: str, longest: int, *, needed: bool = False) -> RowInvalid:
    """Return what is said of a value that is too long, or missing."""
    if needed and not value:
        return RowInvalid("is empty; every row needs its own number", field=column)
    return RowInvalid(f"has {len(value)} characters; at most {longest}", field=column)


# -- members ------------------------------------------------------------------------------------

MEMBER_COLUMNS = tuple(
    """
    external_id email first_name last_name phone birthday email_opt_in email_opt_in_at
    email_opt_in_source sms_opt_in sms_opt_in_at sms_opt_in_source is_vip last_login_at enrolled_at
    identities attributes
    """.split()
)
KNOWN_BY = ("external_id", "email", "identities")
"""What members are known by: a row needs one of them."""
_MEMBER_MAX_LENGTHS = {
    "external_id": 128,
    "email": 254,
    "first_name": 200,
    "last_name": 200,
    "phone": 32,
    "email_opt_in_source": 64,
    "sms_opt_in_source": 64,
}
_EMAIL = re.compile(r"[^@\s]+@[^@\s]+")
_YES = {"true": True, "yes": True, "y": True, "1": True, "t": True}
_ANSWERS = _YES | {"false": False, "no": False, "n": False, "0": False, "f": False}
_MOMENTS = frozenset({"enrolled_at", "last_login_at", "email_opt_in_at", "sms_opt_in_at"})
_EARLIEST_BIRTH = 1880
_AS_JSON = {
    "attributes": (TypeAdapter(Attributes), "free facts", '{"shoe_size": 38}'),
    "identities": (TypeAdapter(Identities), "identities", '{"crm_id": "C-1042"}'),
}
"""Columns that hold JSON: how it is checked, what it is, and an example."""


def member_of(
    values: list[str], places: Mapping[str, int], zone: ZoneInfo, now: datetime
) -> dict[str, Any]:
    """Return the profile that a row tells; an empty cell says nothing. Raise RowInvalid."""
    profile: dict[str, Any] = {}
    for column, place in places.items():
        if value := bare(values[place].strip()):
            profile[column] = _member_value(column, value, zone, now)
    for name in profile.keys() & {"email_opt_in_at", "email_opt_in_source"}:
        _require(profile, "email_opt_in", name)
    for name in profile.keys() & {"sms_opt_in_at", "sms_opt_in_source"}:
        _require(profile, "sms_opt_in", name)
    if profile.keys().isdisjoint(KNOWN_BY):
        msg = "is empty; a member needs an `external_id`, an `email` or `identities`"
        raise RowInvalid(msg, field=next(name for name in KNOWN_BY if name in places))
    return profile


def _require(profile: Mapping[str, Any], column: str, because: str) -> None:
    if column not in profile:
        raise RowInvalid(f"belongs to `{column}`, which is empty", field=because)


def _member_value(column: str, value: str, zone: ZoneInfo, now: datetime) -> Any:
    if column == "birthday":
        return _birthday(value, local_date(now, zone))
    if column in _MOMENTS:
        return min(moment_of(value, zone, now, column=column), now)
    if column in _AS_JSON:
        return _from_json(column, value)
    if column.endswith("_opt_in") or column == "is_vip":
        return yes_or_no(column, value)
    if len(value) > _MEMBER_MAX_LENGTHS[column]:
        raise length_wrong(column, value, _MEMBER_MAX_LENGTHS[column])
    return checked(column, check_email(value) if column == "email" else value)


def yes_or_no(column: str, said: str) -> bool:
    """Return the answer. Raise RowInvalid when it is none."""
    answer = _ANSWERS.get(said.lower())
    if answer is None:
        raise RowInvalid(f"`{said[:40]}` is neither yes nor no", field=column)
    return answer


def check_email(value: str) -> str:
    """Return the address. Raise RowInvalid when it is none."""
    if _EMAIL.fullmatch(value) is None:
        msg = f"`{value[:60]}` is not an e-mail address; write it like `ada@example.com`"
        raise RowInvalid(msg, field="email")
    return value


def _from_json(column: str, value: str) -> dict[str, Any]:
    adapter, what, example = _AS_JSON[column]
    try:
        return adapter.validate_python(read_json(value))
    except ValidationError as error:
        msg = f"is not a JSON object of {what}: {fault_of(error.errors()[0])[1]}"
        raise RowInvalid(msg, field=column) from None
    except ValueError as error:
        msg = f"is not JSON ({error}); write `{example}`"
        raise RowInvalid(msg, field=column) from None


def _birthday(value: str, today: date) -> date:
    try:
        if _DATE.fullmatch(value) is None:
            msg = "write it like `1990-12-31`"
            raise ValueError(msg)
        born = date.fromisoformat(value)
    except ValueError as error:
        msg = f"`{value[:40]}` is not a date of birth: {error}"
        raise RowInvalid(msg, field="birthday") from None
    if born.year < _EARLIEST_BIRTH or born > today:
        raise RowInvalid(
            f"{born} is not a possible date of birth; check the year", field="birthday"
        )
    return born
