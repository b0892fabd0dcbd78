"""Reading JSON exactly: numbers are decimals, never binary fractions."""

import json
from decimal import Decimal
from typing import Any, Never

from .bodies import UnreadableBody, require_shape


def parse_json(body: bytes) -> Any:
    """Return the JSON value of a body. Raise UnreadableBody with the position of the trouble."""
    try:
        text = body.decode("utf-8")
        found = _DECODER.decode(text)
    except json.JSONDecodeError as error:
        place = f"line {error.lineno}, column {error.colno}"
        msg = f"The body is not valid JSON: {error.msg} at {place}."
        raise UnreadableBody(msg) from None
    except UnicodeDecodeError as error:
        msg = f"The body is not UTF-8: byte {error.start} cannot be read."
        raise UnreadableBody(msg) from None
    except RecursionError:
        msg = "The body is nested too deeply."
        raise UnreadableBody(msg) from None
    except ValueError as error:
        msg = f"The body is not valid JSON: {error}."
        raise UnreadableBody(msg) from None
    require_shape(body, found)
    return found


def _refuse_constant(name: str) -> Never:
    msg = f"`{name}` is not a JSON number"
    raise ValueError(msg)


_DECODER = json.JSONDecoder(parse_float=Decimal, parse_constant=_refuse_constant)
