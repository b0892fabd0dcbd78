"""Reading JSON strictly: numbers are exact decimals, and no name of an object comes twice."""

import json
from decimal import Decimal
from typing import Any, Never

from ..http.bodies import UnreadableBody, require_shape


def read_json(text: str) -> Any:
    """Return the JSON value of a text. Raise ValueError; with the place, where there is one."""
    try:
        return _DECODER.decode(text)
    except RecursionError:
        msg = "it is nested too deeply"
        raise ValueError(msg) from None
    except ArithmeticError:
        msg = "a number has an exponent too large to calculate with; send it as text"
        raise ValueError(msg) from None


def parse_json(body: bytes) -> Any:
    """Return the JSON value of a body. Raise UnreadableBody with the position of the trouble."""
    try:
        value = read_json(body.decode("utf-8"))
    except json.JSONDecodeError as error:
        place = f"line {error.lineno}, column {error.colno}"
        msg = f"The body is not valid JSON: {error.msg} at {place}."
        raise UnreadableBody(msg) from None
    except UnicodeDecodeError as error:
        msg = f"The body is not UTF-8: byte {error.start} cannot be read."
        raise UnreadableBody(msg) from None
    except ValueError as error:
        msg = f"The body is not valid JSON: {error}."
        raise UnreadableBody(msg) from None
    require_shape(body, value)
    return value


def _refuse_constant(name: str) -> Never:
    msg = f"`{name}` is not a JSON number"
    raise ValueError(msg)


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    result = dict(pairs)
    if len(result) < len(pairs):
        names = [name for name, _ in pairs]
        twice = next(name for name in names if names.count(name) > 1)
        msg = f"the name {json.dumps(twice[:40])} appears twice in one object; send it once"
        raise ValueError(msg)
    return result


_DECODER = json.JSONDecoder(
    parse_float=Decimal, parse_constant=_refuse_constant, object_pairs_hook=_object
)
