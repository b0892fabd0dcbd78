"""The forms of files: which columns each kind has, which of them a file must have, what else they
are called out in the world, and a sample of each.

A file that comes in by hand is guessed at: its kind and which column is which. Whoever imports it
looks at the guess; numbers and dates are never guessed (`dialect`).
"""

import csv
import io
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

from .balances import BALANCE_COLUMNS
from .balances import REQUIRED as BALANCES_NEED
from .catalogue import REWARD_COLUMNS, REWARDS_NEED, VOUCHER_COLUMNS
from .parsing import KNOWN_BY, LINE_COLUMNS, MEMBER_COLUMNS, PURCHASE_COLUMNS, REQUIRED


@dataclass(frozen=True, slots=True)
class Form:
    """The columns of a kind of files, those it needs, and rows that show how cells are written."""

    kind: str
    columns: Sequence[str]
    required: Sequence[str]
    sample: Sequence[Mapping[str, str]]
    one_of: Sequence[str] = ()
    """Of these columns a file needs at least one."""
    of_lines: Sequence[str] = ()
    """Columns of a file with a row for each line of an order."""


PURCHASES = Form(
    "purchases",
    PURCHASE_COLUMNS,
    REQUIRED,
    (
        {
            "external_id": "1001",
            "member": "anna",
            "occurred_at": "2026-01-05",
            "amount": "42.90",
            "currency": "{currency}",
            "status": "completed",
            "channel": "web",
            "payment_method": "card",
        },
        {
            "external_id": "1002",
            "member": "bo",
            "occurred_at": "2026-01-06T09:30:00Z",
            "amount": "10.00",
            "currency": "{currency}",
        },
        {
            "external_id": "1003",
            "member": "anna",
            "occurred_at": "2026-01-08",
            "amount": "12.90",
            "currency": "{currency}",
            "refund_of": "1001",
            "note": "one part came back",
        },
    ),
    of_lines=LINE_COLUMNS,
)
MEMBERS = Form(
    "members",
    MEMBER_COLUMNS,
    (),
    (
        {
            "external_id": "anna",
            "email": "anna@example.com",
            "first_name": "Anna",
            "last_name": "Ek",
            "phone": "+46 8 123 456",
            "birthday": "1990-05-17",
            "email_opt_in": "yes",
            "enrolled_at": "2024-03-01",
        },
        {"external_id": "bo", "email": "bo@example.com", "first_name": "Bo", "email_opt_in": "no"},
    ),
    one_of=KNOWN_BY,
)
BALANCES = Form(
    "balances",
    BALANCE_COLUMNS,
    BALANCES_NEED,
    (
        {
            "external_id": "anna-2025",
            "member": "anna",
            "points": "1240",
            "earned_at": "2025-03-01",
            "expires_at": "2027-03-01",
            "reason": "Balance of the old programme",
        },
        {
            "external_id": "bo-2025",
            "member": "bo",
            "points": "300",
            "earned_at": "2025-11-20",
            "expires_at": "never",
        },
    ),
    one_of=("member", "email"),
)
REWARDS = Form(
    "rewards",
    REWARD_COLUMNS,
    REWARDS_NEED,
    (
        {
            "name": "Free coffee",
            "type": "free_product",
            "cost_points": "150",
            "value": '{"sku": "COFFEE", "product_name": "Coffee"}',
            "description": "Any size.",
            "stock": "500",
        },
        {
            "name": "5 off",
            "type": "discount_fixed",
            "cost_points": "400",
            "value": '{"amount": "5.00"}',
            "redemption_expiry_days": "90",
            "fulfilment": "pool",
        },
    ),
)
VOUCHERS = Form(
    "vouchers",
    VOUCHER_COLUMNS,
    VOUCHER_COLUMNS,
    ({"reward": "5 off", "code": "SAVE-7F3K"}, {"reward": "5 off", "code": "SAVE-9QX2"}),
)
FORMS: Mapping[str, Form] = MappingProxyType(
    {form.kind: form for form in (PURCHASES, MEMBERS, BALANCES, REWARDS, VOUCHERS)}
)
"""All forms by the name of their kind."""

_CALLED: Mapping[str, Sequence[str]] = MappingProxyType(
    {
        "external_id": (
            "id number order order_id order_number order_no invoice invoice_no receipt receipt_no"
            " transaction_id bestellnummer bestellung rechnung rechnungsnummer belegnummer beleg"
            " customer_id customer_number kundennummer member_id mitgliedsnummer name"
        ).split(),
        "member": (
            "customer customer_id customer_number client buyer user user_id member_id kunde"
            " kundennummer mitglied mitgliedsnummer customer_email"
        ).split(),
        "occurred_at": (
            "date time datetime order_date created_at purchase_date paid_at datum bestelldatum"
            " rechnungsdatum kaufdatum zeitpunkt invoicedate"
        ).split(),
        "amount": (
            "total order_total grand_total sum price value revenue betrag summe gesamt gesamtbetrag"
            " umsatz total_price"
        ).split(),
        "currency": "currency_code waehrung währung".split(),
        "tax_amount": "tax taxes vat mwst steuer ust total_tax".split(),
        "refund_of": "refunded_order original_order storno_von".split(),
        "channel": "sales_channel kanal store filiale".split(),
        "payment_method": "payment payment_type zahlungsart zahlart".split(),
        "note": "comment remark notes bemerkung notiz kommentar".split(),
        "status": "state order_status financial_status".split(),
        "email": "e_mail mail email_address e_mail_adresse".split(),
        "first_name": "firstname given_name vorname".split(),
        "last_name": "lastname surname family_name nachname name".split(),
        "phone": "telephone mobile phone_number telefon telefonnummer handy mobil".split(),
        "birthday": "birth_date date_of_birth birthdate dob geburtstag geburtsdatum".split(),
        "email_opt_in": "newsletter accepts_marketing accepts_email_marketing".split(),
        "enrolled_at": "joined member_since mitglied_seit registered_at signup_date".split(),
        "points": "balance points_balance punkte punktestand".split(),
        "earned_at": "earned verdient_am".split(),
        "expires_at": "expires expiry expiry_date ablaufdatum gueltig_bis gültig_bis".split(),
        "reason": "note comment grund".split(),
        "cost_points": "cost points price_points kosten punkte".split(),
        "type": "reward_type art typ".split(),
        "description": "beschreibung text".split(),
        "stock": "quantity bestand".split(),
        "reward": "reward_name praemie prämie".split(),
        "code": "voucher coupon coupon_code voucher_code gutschein gutscheincode".split(),
        "name": "reward title praemie prämie".split(),
    }
)
"""What columns are often called elsewhere, in small letters, the likeliest first."""


def _plain(name: str) -> str:
    return re.sub(r"[\W_]+", "_", name.casefold()).strip("_")


def propose(form: Form, header: Sequence[str]) -> dict[str, str]:
    """Return which column of the file each column of the form seems to be, each used once."""
    free = {_plain(name): name for name in reversed(header) if name}
    found: dict[str, str] = {}
    for column in form.columns:
        if _plain(column) in free:
            found[column] = free.pop(_plain(column))
    for column in form.columns:
        if column in found:
            continue
        for name in _CALLED.get(column, ()):
            if name in free:
                found[column] = free.pop(name)
                break
    return found


def guess(header: Sequence[str]) -> str:
    """Return the kind that a file with these columns seems to be."""

    def likeness(form: Form) -> tuple[int, int]:
        found = propose(form, header)
        own = sum(1 for name in found if _plain(found[name]) == name)
        needed = [name in found for name in form.required]
        if form.one_of:
            needed.append(not found.keys().isdisjoint(form.one_of))
        # A column that must be there and is not says more than many that are.
        return len(found) + own - 3 * needed.count(False), -len(form.columns)

    return max(FORMS.values(), key=likeness).kind


def example_of(form: Form, column: str, currency: str) -> str | None:
    """Return how a cell of this column is written."""
    cell = next((row[column] for row in form.sample if column in row), None)
    return currency if cell == "{currency}" else cell


def sample_of(form: Form, currency: str) -> str:
    """Return a small file of this kind, to be filled."""
    columns = [name for name in form.columns if any(name in row for row in form.sample)]
    text = io.StringIO()
    writer = csv.DictWriter(text, columns, restval="", lineterminator="\r\n")
    writer.writeheader()
    writer.writerows(
        {name: currency if cell == "{currency}" else cell for name, cell in row.items()}
        for row in form.sample
    )
    return text.getvalue()
