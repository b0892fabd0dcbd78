"""Statements by name: what a room asks of its tables stands in its `statements.sql`.

    -- name: find_refund
    select id
    from laurels.refunds
    where tenant_id = $1 and source = $2 and external_id = $3;

A module says `SQL = statements(__name__)` at its top and asks by `work.fetch(SQL.find_refund, …)`.
Comments below a name say why; they stay in the file.
"""

import re
from functools import cache
from importlib import resources

FILE = "statements.sql"
_NAME = re.compile(r"^-- name:\s*", re.MULTILINE)
_COMMENT = re.compile(r"^\s*--.*\n", re.MULTILINE)


class Statements:
    """The statements of a room, each an attribute by its name."""

    def __init__(self, room: str, text: str) -> None:
        """Read what stands in a room's file. Raise ValueError for a name that is there twice."""
        self._room = room
        for part in _NAME.split(text)[1:]:
            name, _, rest = part.partition("\n")
            if name in vars(self) or not name.isidentifier():
                msg = f"{room}/{FILE}: `{name}` is no name, or there twice"
                raise ValueError(msg)
            setattr(self, name, _COMMENT.sub("", rest).strip().removesuffix(";"))

    def __getattr__(self, name: str) -> str:
        """Raise AttributeError; what is there needs no asking."""
        msg = f"{self._room}/{FILE} has no statement `{name}`"
        raise AttributeError(msg)


@cache
def _read(room: str) -> Statements:
    text = resources.files("laurels").joinpath(room, FILE).read_text(encoding="utf-8")
    return Statements(room, text)


def statements(module: str) -> Statements:
    """Return the statements of the room that a module, `laurels.<room>.…`, belongs to."""
    return _read(module.split(".")[1])
