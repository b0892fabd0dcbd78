"""Telephone numbers: written in any form, kept in one (E.164)."""

from typing import Any

import phonenumbers


def _parse(text: str, country: str | None) -> Any:
    """Return the number, None for what is none. `country` says where one without its code is."""
    # Many write the sign of international numbers as the digits that are dialled for it.
    dialled = text.strip()
    if dialled.startswith("00"):
        dialled = "+" + dialled[2:]
    try:
        number = phonenumbers.parse(dialled, country)
    except phonenumbers.NumberParseException:
        return None
    # A number that can only be dialled from nearby, such as an emergency call, is nobody's.
    reason = phonenumbers.is_possible_number_with_reason(number)
    possible = reason == phonenumbers.ValidationResult.IS_POSSIBLE
    return number if possible and not number.extension else None


def to_e164(text: str, country: str | None) -> str:
    """Return a telephone number in one form, such as `+4917012345`; what is none, as it is."""
    number = _parse(text, country)
    if number is None:
        return text
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


def national_digits(text: str, country: str | None) -> str | None:
    """Return the digits after the country's code, None for what is no telephone number."""
    number = _parse(text, country)
    return None if number is None else phonenumbers.national_significant_number(number)


COUNTRIES = frozenset(phonenumbers.SUPPORTED_REGIONS)
"""Countries whose numbers can be read, by their ISO 3166 codes."""
