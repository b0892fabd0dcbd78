"""Reading CSV line by line: one broken line is one bad row, whatever it holds.

The reader never trusts a quote: when a record does not end where it should, its first line is
bad and reading goes on with the line after it, so an open quote cannot swallow the file.
"""

import csv
import os
import re
from collections import deque
from collections.abc import Generator, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType
from typing import BinaryIO

from .errors import FileRefused

MAX_FILE = 10 * 1024**3
MAX_LINE = 1024**2
MAX_COLUMNS = 200
MAX_RECORD_LINES = 100
"""How many lines one quoted value may span before its quote counts as open."""

PACKED = (b"PK\x03\x04", b"\x1f\x8b", b"7z\xbc\xaf", b"Rar!", b"BZh", b"\xfd7zXZ", b"\xd0\xcf\x11")
"""How archives and workbooks begin; none of them is ever unpacked."""
_DELIMITERS = (",", ";", "\t")
_ENDINGS = "\r\n"
_SEPARATOR = re.compile("sep=[,;\t|]")
LOST = "\ufffd"
REJECT_COLUMNS = ("line", "field", "code", "message")
"""What stands before the columns of a file of refused rows."""


@dataclass(slots=True)
class Row:
    """A record with as many values as the header has columns; `line` is where it begins."""

    line: int
    values: list[str]


@dataclass(slots=True)
class BadLine(Row):
    """A line that is no record: what is wrong, and what can be shown of it."""

    code: str
    message: str
    rows: list[Row] = field(default_factory=list[Row])
    """Of an order that is bad as a whole: all of its rows."""


@dataclass(slots=True)
class Table:
    """An open CSV file: its header is read, its rows are to come."""

    header: list[str]
    delimiter: str
    size: int
    read: int = 0
    _file: BinaryIO | None = None
    _number: int = 0
    _waiting: deque[tuple[int, bytes]] = field(default_factory=deque[tuple[int, bytes]])

    def rows(self) -> Iterator[Row]:
        """Return every record and every bad line, in the order of the file; skip blank lines."""
        width, delimiter = len(self.header), self.delimiter
        while (taken := self._next()) is not None:
            number, raw = taken
            if raw.isspace():
                continue
            if len(raw) > MAX_LINE:
                yield self._too_long(number, raw)
                continue
            try:
                text = raw.decode("utf-8").rstrip(_ENDINGS)
            except UnicodeDecodeError as error:
                words = f"byte {error.start + 1} is not UTF-8; save the file as UTF-8"
                yield _bad(self, number, raw, "not_utf8", words)
                continue
            if "\x00" in text:
                yield _bad(self, number, raw, "null_byte", "contains a null byte; remove it")
            elif LOST in text:
                words = (
                    f"holds U+FFFD ({LOST}), which stands where a character was lost; write what"
                    " belongs there and save the file as UTF-8"
                )
                yield _bad(self, number, raw, "lost_character", words)
            elif '"' in text:
                yield self._quoted(number, raw, text)
            else:
                values = text.split(delimiter)
                yield (
                    Row(number, values)
                    if len(values) == width
                    else self._miscounted(number, values)
                )

    def _next(self) -> tuple[int, bytes] | None:
        if self._waiting:
            return self._waiting.popleft()
        assert self._file is not None, "tables are made by open_table"
        raw = self._file.readline(MAX_LINE + 1)
        if not raw:
            return None
        self._number += 1
        self.read += len(raw)
        return self._number, raw

    def _too_long(self, number: int, raw: bytes) -> BadLine:
        """Pass over the rest of an endless line without keeping it."""
        assert self._file is not None, "tables are made by open_table"
        rest = raw
        while rest and not rest.endswith(b"\n"):
            rest = self._file.readline(MAX_LINE)
            self.read += len(rest)
        message = f"is longer than {MAX_LINE:,} bytes; shorten it"
        return _bad(self, number, raw[:1000], "line_too_long", message)

    def _miscounted(self, number: int, values: list[str]) -> BadLine:
        message = (
            f"has {len(values)} fields where the header has {len(self.header)}; put quotes around"
            f" values that contain `{self.delimiter}`"
        )
        return BadLine(number, values, "wrong_number_of_fields", message)

    def _quoted(self, number: int, raw: bytes, text: str) -> Row:
        """Read a record with quotes, which may go on over the next lines."""
        used: list[tuple[int, bytes]] = []
        try:
            lines = self._record(raw, text, used)
            values = next(csv.reader(lines, delimiter=self.delimiter, strict=True))
        except (csv.Error, UnicodeDecodeError, StopIteration) as error:
            self._waiting.extendleft(reversed(used))
            unclosed = bool(used) or "unexpected end" in str(error)
            if unclosed:
                message = 'opens a quote that is not closed; close it, or write "" for a quote'
                return _bad(self, number, raw, "unclosed_quote", message)
            message = 'has text after a closing quote; write "" for a quote inside quotes'
            return _bad(self, number, raw, "misplaced_quote", message)
        if len(values) == len(self.header):
            return Row(number, values)
        self._waiting.extendleft(reversed(used))
        if used:
            message = 'opens a quote that is not closed; close it, or write "" for a quote'
            return _bad(self, number, raw, "unclosed_quote", message)
        return self._miscounted(number, values)

    def _record(self, raw: bytes, text: str, used: list[tuple[int, bytes]]) -> Iterator[str]:
        """Lend the lines of one record to the parser, as many as it asks for within limits."""
        yield text + "\n"
        length = len(raw)
        while len(used) < MAX_RECORD_LINES and (taken := self._next()) is not None:
            used.append(taken)
            length += len(taken[1])
            if length > MAX_LINE or b"\x00" in taken[1]:
                return
            yield taken[1].decode("utf-8")


def _bad(table: Table, number: int, raw: bytes, code: str, message: str) -> BadLine:
    text = raw.decode("utf-8", "replace").rstrip(_ENDINGS)
    return BadLine(number, text.split(table.delimiter), code, message)


@contextmanager
def open_table(file: Path, name: str | None = None) -> Generator[Table]:
    """Lend the table of a CSV file, which errors call by `name`.

    Raise FileRefused, with the remedy.
    """
    with _opened(file) as source:
        yield table_of(source, name or str(file))


def _opened(file: Path) -> BinaryIO:
    try:
        return file.open("rb", buffering=1 << 18)
    except FileNotFoundError:
        raise FileRefused(f"there is no file {file}") from None
    except IsADirectoryError:
        raise FileRefused(f"{file} is a folder; give a CSV file") from None
    except PermissionError:
        raise FileRefused(f"{file} is not readable by this account") from None


def table_of(source: BinaryIO, file: str) -> Table:
    """Return the table that begins here, with its header read. Raise FileRefused."""
    csv.field_size_limit(MAX_LINE)
    size = source.seek(0, os.SEEK_END)
    source.seek(0)
    if size > MAX_FILE:
        raise FileRefused(f"{file} is over 10 GB; split it and import the parts")
    raw = source.readline(MAX_LINE + 1)
    if raw.startswith(PACKED):
        raise FileRefused(f"{file} is an archive or a workbook; unpack it, or save it as CSV")
    if raw.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise FileRefused(f"{file} is UTF-16; save it as UTF-8")
    try:
        text = raw.decode("utf-8-sig").rstrip(_ENDINGS)
    except UnicodeDecodeError:
        raise FileRefused(f"the header of {file} is not UTF-8; save the file as UTF-8") from None
    if _SEPARATOR.fullmatch(text):
        # The first line of some spreadsheets' files only says what separates the columns.
        return _after_separator(source, file, text[4:], size, read=len(raw))
    return _table(raw, text, file, source, size)


def _after_separator(source: BinaryIO, file: str, mark: str, size: int, *, read: int) -> Table:
    raw = source.readline(MAX_LINE + 1)
    try:
        text = raw.decode("utf-8").rstrip(_ENDINGS)
    except UnicodeDecodeError:
        raise FileRefused(f"the header of {file} is not UTF-8; save the file as UTF-8") from None
    return _table(raw, text, file, source, size, mark=mark, read=read)


def _table(
    raw: bytes,
    text: str,
    file: str,
    source: BinaryIO,
    size: int,
    *,
    mark: str | None = None,
    read: int = 0,
) -> Table:
    if "\r" in text:
        raise FileRefused(
            f"the lines of {file} end in CR, as in old Macintosh files; save it with LF or CRLF"
        )
    if not text.strip() or len(raw) > MAX_LINE or "\x00" in text:
        what = "is empty" if not raw else "has no header"
        raise FileRefused(f"{file} {what}; its first line must name the columns")
    try:
        found = {
            each: next(csv.reader([text], delimiter=each, strict=True))
            for each in ([mark] if mark else _DELIMITERS)
        }
    except csv.Error:
        raise FileRefused(f"the header of {file} has an open or misplaced quote") from None
    delimiter = max(found, key=lambda each: len(found[each]))
    header = [name.strip() for name in found[delimiter]]
    if len(header) > MAX_COLUMNS:
        raise FileRefused(f"{file} has {len(header)} columns; at most {MAX_COLUMNS} are read")
    lines = 1 if mark is None else 2
    return Table(header, delimiter, size, read=read + len(raw), _file=source, _number=lines)


@dataclass(frozen=True, slots=True)
class Columns:
    """Where each known column stands in the file, what it is called there, what is not known.

    Constants stand behind the columns of the file, the same in each row.
    """

    places: dict[str, int]
    names: dict[str, str]
    ignored: list[str]
    constants: list[str] = field(default_factory=list[str])


def find_columns(
    header: Sequence[str],
    *,
    known: Sequence[str],
    required: Sequence[str],
    mapping: Mapping[str, str],
    constants: Mapping[str, str] = MappingProxyType({}),
) -> Columns:
    """Return where the known columns stand. Raise FileRefused for one that is missing or twice.

    `mapping` says what a column is called in this file; other columns keep their names. Case
    does not count. A column with a constant is not looked for.
    """
    for column in (*mapping, *constants):
        if column not in known:
            msg = f"there is no column `{column}`; use one of: {', '.join(known)}"
            raise FileRefused(msg)
    if both := sorted(mapping.keys() & constants.keys()):
        raise FileRefused(f"`{both[0]}` can be mapped or set to a constant, not both")
    heads = [name.casefold() for name in header]
    listed = ", ".join(name for name in header if name)
    places: dict[str, int] = {}
    for column in known:
        if column in constants:
            places[column] = len(header) + list(constants).index(column)
            continue
        name = mapping.get(column, column).strip()
        count = heads.count(name.casefold())
        if count > 1:
            raise FileRefused(f"the file has {count} columns `{name}`; keep only one")
        if count == 1:
            places[column] = heads.index(name.casefold())
        elif column in mapping:
            raise FileRefused(f"the file has no column `{name}`; it has: {listed}")
        elif column in required:
            msg = (
                f"the file has no column `{column}`; it has: {listed}."
                f" Map another column to it (--map {column}=NAME), or set it for all rows"
                f" (--set {column}=VALUE)"
            )
            raise FileRefused(msg)
    used = set(places.values())
    # The first columns of a file of refused rows say what was wrong; they need no warning.
    first = len(REJECT_COLUMNS) if tuple(header[:4]) == REJECT_COLUMNS else 0
    ignored = [
        name for place, name in enumerate(header) if place >= first and place not in used and name
    ]
    names = {name: header[place] if place < len(header) else name for name, place in places.items()}
    return Columns(places, names, ignored, list(constants.values()))
