"""What is wrong with a field: a code of a closed list, and a sentence that names the remedy."""

from collections.abc import Mapping
from enum import StrEnum
from functools import lru_cache
from string import Formatter
from typing import Any


class Fault(StrEnum):
    """What kinds of wrong a field can be. They are part of the API and stay."""

    MISSING = "missing"
    UNKNOWN_FIELD = "unknown_field"
    UNKNOWN_PARAMETER = "unknown_parameter"
    REPEATED_PARAMETER = "repeated_parameter"
    WRONG_TYPE = "wrong_type"
    WRONG_FORMAT = "wrong_format"
    NOT_A_CHOICE = "not_a_choice"
    TOO_SHORT = "too_short"
    TOO_LONG = "too_long"
    TOO_SMALL = "too_small"
    TOO_LARGE = "too_large"
    TOO_PRECISE = "too_precise"
    CONTRADICTION = "contradiction"
    CONDITION = "condition"
    INVALID = "invalid"


FAULTS: Mapping[Fault, str] = {
    Fault.MISSING: "The field is required and was not sent.",
    Fault.UNKNOWN_FIELD: "The object has no field with this name.",
    Fault.UNKNOWN_PARAMETER: "The route has no query parameter with this name.",
    Fault.REPEATED_PARAMETER: "The query parameter was sent more than once.",
    Fault.WRONG_TYPE: "Another JSON type is expected; the message says which.",
    Fault.WRONG_FORMAT: "The text has the wrong format; the message has an example.",
    Fault.NOT_A_CHOICE: "The value is not one of those allowed; the message lists them.",
    Fault.TOO_SHORT: "The value has too few characters or entries.",
    Fault.TOO_LONG: "The value has too many characters or entries.",
    Fault.TOO_SMALL: "The number is below the minimum.",
    Fault.TOO_LARGE: "The number is above the maximum.",
    Fault.TOO_PRECISE: "The number has too many digits or decimal places.",
    Fault.CONTRADICTION: "The value contradicts another field of the request.",
    Fault.CONDITION: "A condition is not valid at this place.",
    Fault.INVALID: "The value breaks a rule of this field; the message says which.",
}
"""Each kind with its meaning, for docs/reference/errors.md."""

_INTEGER = "is not a whole number; send an integer such as `100`"
_NUMBER = 'is not a number; send a decimal string such as `"1.5"`'
_OBJECT = "is not an object; send `{{...}}`"
_MOMENT = "is not a valid date and time; send text such as `2026-03-01T12:00:00Z`"
_DAY = "is not a valid date; send text such as `1990-05-17`"
_FAULTS: Mapping[str, tuple[Fault, str]] = {
    "missing": (Fault.MISSING, "is missing; send it"),
    "extra_forbidden": (
        Fault.UNKNOWN_FIELD,
        "is not a known field; check its spelling or leave it out",
    ),
    "string_type": (Fault.WRONG_TYPE, "is not text; send it in quotes"),
    "string_too_short": (Fault.TOO_SHORT, "is shorter than {min_length} characters"),
    "string_too_long": (Fault.TOO_LONG, "is longer than {max_length} characters"),
    "string_unicode": (
        Fault.WRONG_FORMAT,
        "contains a character that UTF-8 does not have; remove it",
    ),
    "string_pattern_mismatch": (Fault.WRONG_FORMAT, "does not match the pattern `{pattern}`"),
    "bool_type": (Fault.WRONG_TYPE, "must be `true` or `false`"),
    "bool_parsing": (Fault.WRONG_TYPE, "must be `true` or `false`"),
    "int_type": (Fault.WRONG_TYPE, _INTEGER),
    "int_parsing": (Fault.WRONG_TYPE, _INTEGER),
    "int_parsing_size": (
        Fault.TOO_LARGE,
        "is larger than any number that can be stored; send less",
    ),
    "int_from_float": (Fault.WRONG_TYPE, _INTEGER),
    "float_type": (Fault.WRONG_TYPE, _NUMBER),
    "float_parsing": (Fault.WRONG_TYPE, _NUMBER),
    "decimal_type": (Fault.WRONG_TYPE, _NUMBER),
    "decimal_parsing": (Fault.WRONG_TYPE, _NUMBER),
    "decimal_max_digits": (Fault.TOO_PRECISE, "has more than {max_digits} digits"),
    "decimal_max_places": (Fault.TOO_PRECISE, "has more than {decimal_places} decimal places"),
    "decimal_whole_digits": (
        Fault.TOO_LARGE,
        "has more than {whole_digits} digits before the decimal point",
    ),
    "finite_number": (Fault.WRONG_TYPE, "is not a finite number"),
    "greater_than": (Fault.TOO_SMALL, "must be more than {gt}"),
    "greater_than_equal": (Fault.TOO_SMALL, "is less than {ge}; send {ge} or more"),
    "less_than": (Fault.TOO_LARGE, "must be less than {lt}"),
    "less_than_equal": (Fault.TOO_LARGE, "is more than {le}; send {le} or less"),
    "literal_error": (Fault.NOT_A_CHOICE, "is not one of {expected}"),
    "enum": (Fault.NOT_A_CHOICE, "is not one of {expected}"),
    "union_tag_invalid": (
        Fault.NOT_A_CHOICE,
        "has {discriminator} `{tag}`, which is not one of {expected_tags}",
    ),
    "union_tag_not_found": (Fault.MISSING, "has no {discriminator}; send one"),
    "list_type": (Fault.WRONG_TYPE, "is not a list; send `[...]`"),
    "tuple_type": (Fault.WRONG_TYPE, "is not a list; send `[...]`"),
    "set_type": (Fault.WRONG_TYPE, "is not a list; send `[...]`"),
    "dict_type": (Fault.WRONG_TYPE, _OBJECT),
    "model_attributes_type": (Fault.WRONG_TYPE, _OBJECT),
    "model_type": (Fault.WRONG_TYPE, _OBJECT),
    "too_long": (Fault.TOO_LONG, "has more than {max_length} entries"),
    "too_short": (Fault.TOO_SHORT, "has fewer than {min_length} entries"),
    "date_type": (Fault.WRONG_TYPE, _DAY),
    "date_parsing": (Fault.WRONG_FORMAT, _DAY),
    "date_from_datetime_parsing": (Fault.WRONG_FORMAT, _DAY),
    "date_from_datetime_inexact": (Fault.WRONG_FORMAT, _DAY),
    "datetime_type": (Fault.WRONG_TYPE, _MOMENT),
    "datetime_parsing": (Fault.WRONG_FORMAT, _MOMENT),
    "datetime_from_date_parsing": (Fault.WRONG_FORMAT, _MOMENT),
    "datetime_object_invalid": (Fault.WRONG_FORMAT, _MOMENT),
    "none_required": (Fault.WRONG_TYPE, "must be null; send `null` or leave it out"),
    "json_invalid": (Fault.WRONG_FORMAT, "is not JSON"),
}


def fault_of(found: Mapping[str, Any]) -> tuple[str, str]:
    """Return the code and the sentence for one of pydantic's errors (`type`, `msg`, `ctx`)."""
    kind = str(found["type"])
    code, template = _FAULTS.get(kind, (None, ""))
    known: dict[str, Any] = found.get("ctx") or {}
    if code is not None and all(name in known for name in _fields_of(template)):
        return code, template.format_map(known)
    words = str(found["msg"]).removeprefix("Value error, ")
    if kind in FAULTS or kind == "value_error":
        return (kind if kind in FAULTS else Fault.INVALID), words
    return code or Fault.INVALID, "is not valid; compare it with the API reference"


@lru_cache(maxsize=100)
def _fields_of(template: str) -> tuple[str, ...]:
    return tuple(name for _, name, _, _ in Formatter().parse(template) if name)
