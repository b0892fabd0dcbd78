"""Money: exact decimals with an ISO 4217 code and the scale of that currency."""

from decimal import Decimal

from ..db.pool import MAX_MONEY
from ..errors import AppError, Invalid, refused

MAX_AMOUNT = Decimal(MAX_MONEY)
"""Largest amount of one purchase; `numeric(19,4)` holds it in every currency."""

_SCALES_NOT_TWO: dict[str, int] = {
    **dict.fromkeys(
        [
            "BIF",
            "CLP",
            "DJF",
            "GNF",
            "ISK",
            "JPY",
            "KMF",
            "KRW",
            "PYG",
            "RWF",
            "UGX",
            "UYI",
            "VND",
            "VUV",
            "XAF",
            "XOF",
            "XPF",
        ],
        0,
    ),
    **dict.fromkeys(["BHD", "IQD", "JOD", "KWD", "LYD", "OMR", "TND"], 3),
    **dict.fromkeys(["CLF", "UYW"], 4),
}

CURRENCIES: frozenset[str] = frozenset(
    [
        "AED",
        "AFN",
        "ALL",
        "AMD",
        "ANG",
        "AOA",
        "ARS",
        "AUD",
        "AWG",
        "AZN",
        "BAM",
        "BBD",
        "BDT",
        "BGN",
        "BHD",
        "BIF",
        "BMD",
        "BND",
        "BOB",
        "BOV",
        "BRL",
        "BSD",
        "BTN",
        "BWP",
        "BYN",
        "BZD",
        "CAD",
        "CDF",
        "CHE",
        "CHF",
        "CHW",
        "CLF",
        "CLP",
        "CNY",
        "COP",
        "COU",
        "CRC",
        "CUP",
        "CVE",
        "CZK",
        "DJF",
        "DKK",
        "DOP",
        "DZD",
        "EGP",
        "ERN",
        "ETB",
        "EUR",
        "FJD",
        "FKP",
        "GBP",
        "GEL",
        "GHS",
        "GIP",
        "GMD",
        "GNF",
        "GTQ",
        "GYD",
        "HKD",
        "HNL",
        "HTG",
        "HUF",
        "IDR",
        "ILS",
        "INR",
        "IQD",
        "IRR",
        "ISK",
        "JMD",
        "JOD",
        "JPY",
        "KES",
        "KGS",
        "KHR",
        "KMF",
        "KPW",
        "KRW",
        "KWD",
        "KYD",
        "KZT",
        "LAK",
        "LBP",
        "LKR",
        "LRD",
        "LSL",
        "LYD",
        "MAD",
        "MDL",
        "MGA",
        "MKD",
        "MMK",
        "MNT",
        "MOP",
        "MRU",
        "MUR",
        "MVR",
        "MWK",
        "MXN",
        "MXV",
        "MYR",
        "MZN",
        "NAD",
        "NGN",
        "NIO",
        "NOK",
        "NPR",
        "NZD",
        "OMR",
        "PAB",
        "PEN",
        "PGK",
        "PHP",
        "PKR",
        "PLN",
        "PYG",
        "QAR",
        "RON",
        "RSD",
        "RUB",
        "RWF",
        "SAR",
        "SBD",
        "SCR",
        "SDG",
        "SEK",
        "SGD",
        "SHP",
        "SLE",
        "SOS",
        "SRD",
        "SSP",
        "STN",
        "SVC",
        "SYP",
        "SZL",
        "THB",
        "TJS",
        "TMT",
        "TND",
        "TOP",
        "TRY",
        "TTD",
        "TWD",
        "TZS",
        "UAH",
        "UGX",
        "USD",
        "USN",
        "UYI",
        "UYU",
        "UYW",
        "UZS",
        "VED",
        "VES",
        "VND",
        "VUV",
        "WST",
        "XAF",
        "XCD",
        "XOF",
        "XPF",
        "YER",
        "ZAR",
        "ZMW",
        "ZWG",
    ]
)
"""Currency codes in use (ISO 4217, list one)."""


def scale(currency: str) -> int:
    """Return how many decimal places the currency has: JPY 0, USD 2, KWD 3."""
    return _SCALES_NOT_TWO.get(currency, 2)


def check_currency(code: str) -> str:
    """Return the code when it is a currency. Raise ValueError, with the remedy, when it is not."""
    if code not in CURRENCIES:
        msg = f"`{code[:10]}` is not a currency; use an ISO 4217 code such as `USD`"
        raise ValueError(msg)
    return code


def check_amount(amount: Decimal, currency: str) -> Decimal:
    """Return the amount at its currency's scale. Raise ValueError when it does not fit.

    An amount with more decimal places than the currency has is refused, not rounded.
    """
    if amount < 0:
        msg = "is negative; send zero or more (to give money back, send a refund)"
        raise ValueError(msg)
    if amount > MAX_AMOUNT:
        msg = f"exceeds the limit of {MAX_AMOUNT}"
        raise ValueError(msg)
    places = scale(currency)
    exponent = amount.as_tuple().exponent
    if isinstance(exponent, int) and exponent < -places:
        rounded = round(amount, places)
        if rounded != amount:
            msg = f"has more than the {places} decimal places of {currency}"
            raise ValueError(msg)
        amount = rounded
    return amount


def format_amount(amount: Decimal, currency: str) -> str:
    """Return the amount as a decimal string at its currency's scale: `12.50`, `1200`."""
    return f"{amount:.{scale(currency)}f}"


def require_amount(
    amount: Decimal, currency: str, *, field: str, error: type[AppError] = Invalid
) -> Decimal:
    """Return the amount at its currency's scale. Raise the error, with the field and the remedy."""
    try:
        return check_amount(amount, currency)
    except ValueError as trouble:
        raise refused(error, field, str(trouble)) from None


def require_at_most(
    amount: Decimal,
    most: Decimal,
    currency: str,
    *,
    field: str,
    of: str,
    error: type[AppError] = Invalid,
) -> None:
    """Raise the error when the amount is over what there is, saying of what."""
    if amount > most:
        words = f"exceeds {format_amount(most, currency)}, {of}"
        raise refused(error, field, words)
