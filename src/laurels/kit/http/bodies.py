"""What a request's body may be: how large, of which type, how deep, how many names in one object.

Whatever is wrong is said before a database connection is taken.
"""

from collections.abc import Mapping
from typing import Any

MAX_DEPTH = 32
"""Objects and lists inside each other, at most."""
MAX_NAMES = 1000
"""Names in one object, at most."""


class BodyTooLarge(Exception):
    """The request body is over the limit."""

    def __init__(self, limit: int) -> None:
        self.limit = limit
        super().__init__(f"The body is larger than the limit of {limit} bytes.")


class BodyCut(Exception):
    """The body ended before it was whole."""

    def __init__(self) -> None:
        super().__init__("The body was incomplete, so nothing was done; send it again.")


class UnreadableBody(Exception):
    """The body is not JSON, or JSON of a shape that nobody means."""


class UnsupportedBody(Exception):
    """The body is of another type than JSON, or is packed."""


def require_json(headers: Mapping[str, str]) -> None:
    """Raise UnsupportedBody unless these headers announce a JSON body in UTF-8, not packed."""
    require_unpacked(headers)
    announced = headers.get("content-type", "")
    kind, *options = (part.strip().lower() for part in announced.split(";"))
    if kind != "application/json" and not (
        kind.startswith("application/") and kind.endswith("+json")
    ):
        raise UnsupportedBody(_remedy(kind))
    for option in options:
        name, _, value = option.partition("=")
        if name == "charset" and value.strip('"') not in {"utf-8", "utf8", "us-ascii"}:
            msg = f"The body is in `{value[:40]}`; send it in UTF-8."
            raise UnsupportedBody(msg)


def require_unpacked(headers: Mapping[str, str]) -> None:
    """Raise UnsupportedBody when these headers announce a packed body."""
    packed = headers.get("content-encoding", "identity")
    if packed.strip().lower() != "identity":
        msg = f"The body is compressed as `{packed[:40]}`; send it without a Content-Encoding."
        raise UnsupportedBody(msg)


def _remedy(kind: str) -> str:
    said = f"The Content-Type is `{kind[:80]}`" if kind else "The body has no Content-Type"
    remedy = "send JSON with the header `Content-Type: application/json`"
    if kind == "application/x-www-form-urlencoded":
        remedy += ' (with curl: -H "Content-Type: application/json")'
    return f"{said}; {remedy}."


def require_shape(text: bytes, value: Any) -> None:
    """Raise UnreadableBody when JSON is nested too deeply or an object has too many names.

    `text` is what `value` was read from: a short count of its signs tells that most are harmless.
    """
    if text.count(b"{") + text.count(b"[") <= MAX_DEPTH and text.count(b":") <= MAX_NAMES:
        return
    level = _containers([value])
    for _ in range(MAX_DEPTH):
        level = _containers([inner for outer in level for inner in _inside(outer)])
        if not level:
            return
    msg = f"The body is nested more than {MAX_DEPTH} levels deep."
    raise UnreadableBody(msg)


def _containers(values: list[Any]) -> list[dict[Any, Any] | list[Any]]:
    return [value for value in values if isinstance(value, (dict, list))]


def _inside(value: dict[Any, Any] | list[Any]) -> list[Any]:
    if isinstance(value, list):
        return value
    if len(value) > MAX_NAMES:
        msg = f"An object in the body has more than {MAX_NAMES} names."
        raise UnreadableBody(msg)
    return list(value.values())
