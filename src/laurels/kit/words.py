"""What pydantic says of a wrong field, in words that name the remedy."""

from collections.abc import Mapping
from functools import lru_cache
from string import Formatter
from typing import Any

_WORDS: Mapping[str, str] = {
    "missing": "is missing; send it",
    "extra_forbidden": "is not known here; check its spelling or leave it out",
    "string_type": "is not text; send it in quotes",
    "string_too_short": "is shorter than {min_length} characters",
    "string_too_long": "is longer than {max_length} characters",
    "string_unicode": "holds a character that UTF-8 does not have; remove it",
    "bool_type": "is neither `true` nor `false`",
    "int_type": "is not a whole number; send an integer such as `100`",
    "int_parsing": "is not a whole number; send an integer such as `100`",
    "int_from_float": "is not a whole number; send an integer such as `100`",
    "decimal_type": 'is not a number; send a decimal string such as `"1.5"`',
    "decimal_parsing": 'is not a number; send a decimal string such as `"1.5"`',
    "decimal_max_digits": "has more than {max_digits} digits",
    "decimal_max_places": "has more than {decimal_places} decimal places",
    "finite_number": "is not a number that can be counted with",
    "greater_than": "is not more than {gt}; send more",
    "greater_than_equal": "is less than {ge}; send {ge} or more",
    "less_than": "is not less than {lt}; send less",
    "less_than_equal": "is more than {le}; send {le} or less",
    "literal_error": "is none of {expected}",
    "enum": "is none of {expected}",
    "list_type": "is not a list; send `[...]`",
    "dict_type": "is not an object; send `{{...}}`",
    "model_attributes_type": "is not an object; send `{{...}}`",
    "model_type": "is not an object; send `{{...}}`",
    "too_long": "has more than {max_length} entries",
    "too_short": "has fewer than {min_length} entries",
    "json_invalid": "is not JSON",
}


def words_of(fault: Mapping[str, Any]) -> str:
    """Return the sentence for one of pydantic's errors (`type`, `msg`, `ctx`)."""
    template = _WORDS.get(str(fault["type"]))
    known: dict[str, Any] = fault.get("ctx") or {}
    if template is None or any(name not in known for name in _fields_of(template)):
        return str(fault["msg"]).removeprefix("Value error, ")
    return template.format_map(known)


@lru_cache(maxsize=100)
def _fields_of(template: str) -> tuple[str, ...]:
    return tuple(name for _, name, _, _ in Formatter().parse(template) if name)
