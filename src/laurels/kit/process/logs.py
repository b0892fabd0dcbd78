"""Logs: a line of JSON per event for machines, a short line for people.

Every request leaves one line with its route template, never its path, its query or its body.
What exceptions say is cleaned of addresses and keys before it is written.
"""

import logging
import re
import sys
from collections.abc import Sequence
from contextvars import ContextVar
from datetime import UTC, datetime
from typing import Any, TextIO

import asyncpg
import orjson
from pydantic import ValidationError

from ..values.text import printable
from ..values.time import utc_now

request_id: ContextVar[str | None] = ContextVar("request_id", default=None)
"""The request that this task is about; every line says it."""

_SECRETS = (
    (re.compile(r"\b(lk_(?:live|test|op|session|refresh|invite|reset)_|whsec_)\w+"), r"\1…"),
    (re.compile(r"(?i)\b(bearer\s+)[^\s'\"]+"), r"\1…"),
    (re.compile(r"(://[^:/\s]+:)[^@\s]+@"), r"\1…@"),
    (re.compile(r"[\w.+%-]+@[\w-]+\.[\w.-]+"), "<e-mail>"),
)
_STANDARD = frozenset(vars(logging.makeLogRecord({})))


def clean(text: str) -> str:
    """Return the text without e-mail addresses, API keys, bearer tokens and passwords of URLs."""
    for pattern, instead in _SECRETS:
        text = pattern.sub(instead, text)
    return text


def explain(error: BaseException) -> str:
    """Return an exception in words that hold no data: rows and inputs are left out."""
    name = type(error).__name__
    if isinstance(error, asyncpg.PostgresError):
        # Its message and detail quote values; state and constraint say enough.
        where = getattr(error, "constraint_name", None) or getattr(error, "table_name", None)
        return f"{name}: SQLSTATE {error.sqlstate}" + (f", {where}" if where else "")
    if isinstance(error, ValidationError):
        return f"{name}: {error.error_count()} errors in {error.title}"
    return f"{name}: {clean(str(error))[:500]}"


def trace(error: BaseException) -> list[str]:
    """Return where an exception came from, innermost last, then what it says, causes first."""
    lines: list[str] = []
    cause = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
    if cause is not None:
        lines += trace(cause)
    step = error.__traceback__
    while step is not None:
        code = step.tb_frame.f_code
        lines.append(f"{code.co_filename}:{step.tb_lineno} in {code.co_name}")
        step = step.tb_next
    return [*lines[-60:], explain(error)]


class JsonLines(logging.Formatter):
    """One JSON object per line."""

    def format(self, record: logging.LogRecord) -> str:
        """Return the record as a line."""
        line: dict[str, Any] = {
            "time": _moment(_made(record)),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": clean(record.getMessage()),
        }
        if (about := request_id.get()) is not None:
            line["request_id"] = about
        line.update({k: v for k, v in vars(record).items() if k not in _STANDARD})
        if record.exc_info and record.exc_info[1] is not None:
            line["error"] = trace(record.exc_info[1])
        return printable(orjson.dumps(line, default=str).decode())


class ForPeople(logging.Formatter):
    """Time, level and message; an exception below it."""

    def format(self, record: logging.LogRecord) -> str:
        """Return the record as a line, or several when there is an exception."""
        lines = [f"{_clock(_made(record))} {record.levelname.lower():7} {record.getMessage()}"]
        if record.exc_info and record.exc_info[1] is not None:
            lines += [f"    {line}" for line in trace(record.exc_info[1])]
        shown = [clean(lines[0]), *lines[1:]]
        # What others sent makes no line of its own.
        return "\n".join(printable(line.replace("\n", "\\n")) for line in shown)


class AccessLog:
    """One line per request, written at once: the logging machinery would cost more than it gives.

    Lines name the route by its template, so no id, address or search word gets into them.
    """

    def __init__(self, stream: TextIO, *, as_json: bool) -> None:
        self._stream = stream
        self._as_json = as_json

    def write(
        self,
        method: str,
        route: str,
        status: int,
        seconds: float,
        who: Sequence[str | None],
        about: str,
    ) -> None:
        """A request was answered; `who` are the tenant and the key, as far as they are known."""
        ms = round(seconds * 1000, 2)
        now = utc_now()
        if self._as_json:
            line = orjson.dumps(
                {
                    "time": _moment(now),
                    "level": "info",
                    "logger": "laurels.access",
                    "message": "request",
                    "method": method,
                    "route": route,
                    "status": status,
                    "ms": ms,
                    "tenant": who[0],
                    "key": who[1],
                    "request_id": about,
                }
            ).decode()
        else:
            known = " ".join(part for part in who if part)
            line = f"{_clock(now)} {status} {method} {route} {ms} ms {known} {about}"
        self._stream.write(f"{line}\n")
        self._stream.flush()


def _made(record: logging.LogRecord) -> datetime:
    return datetime.fromtimestamp(record.created, UTC)


def _moment(at: datetime) -> str:
    return at.isoformat(timespec="milliseconds")[:-6] + "Z"


def _clock(at: datetime) -> str:
    return at.astimezone().strftime("%H:%M:%S")


def configure(form: str, level: str, stream: TextIO | None = None) -> AccessLog | None:
    """Set the process's logs up as `json`, `text` or `auto`; return the log of requests.

    `auto` is JSON unless a person looks at it. Above the level `info` requests leave no line.
    """
    where = stream or sys.stderr
    as_json = form == "json" or (form == "auto" and not where.isatty())
    handler = logging.StreamHandler(where)
    handler.setFormatter(JsonLines() if as_json else ForPeople())
    logging.basicConfig(level=logging.WARNING, handlers=[handler], force=True)
    logging.getLogger("laurels").setLevel(level.upper())
    if level not in {"debug", "info"}:
        return None
    return AccessLog(where, as_json=as_json)
