"""Keys mean one thing, words can be printed, a terminal is steered by nobody."""

import io
import logging
import unicodedata

import pytest
from rich.table import Table
from rich.text import Text

from laurels.cli.console import Plain
from laurels.kit.process import logs
from laurels.kit.values.text import check_key, check_line, check_prose, fold, printable

HOSTILE = {
    "null": "a\x00b", "escape": "a\x1b[31mb", "bell": "a\x07b", "C1": "a\x9b31mb",
    "zero width": "a\u200bb", "byte order mark": "\ufeffab", "joiner": "a\u200db",
    "soft hyphen": "a\u00adb", "right to left": "a\u202ecod", "isolate": "a\u2066b",
    "tag": "a\U000e0041", "filler": "a\u3164", "variation": "a\ufe0f", "no character": "a\ufffe",
    "blank of another kind": "a\u00a0b", "wide blank": "a\u3000b", "line": "a\u2028b",
    "newline": "a\nb", "half": "a\ud800", "Kelvin": "\u212aate", "Angstrom": "\u212b",
    "unassigned": "a\U0003fffd", "two blanks round it": " a ",
}  # fmt: skip


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE)
def test_a_key_that_looks_like_another_is_refused(text):
    with pytest.raises(ValueError, match=r"contains|begins"):
        check_key(text)


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("anna", "anna"), ("Order 17/4 #b", "Order 17/4 #b"), ("", ""), ("José", "José"),
        ("Jose\u0301", "José"), ("\u0130rmak", "\u0130rmak"), ("山田-7", "山田-7"),
        ("\u1112\u1161\u11ab", "한"),
    ],
)  # fmt: skip
def test_a_key_has_one_spelling(text, kept):
    assert check_key(text) == kept
    assert unicodedata.is_normalized("NFC", check_key(text))


@pytest.mark.parametrize("text", ["K", "\u212a", "\u0130", "\u212b", "\u017f", "ß", "ς", "É"])
def test_only_letters_of_ascii_are_folded(text):
    assert fold(text) == (text.lower() if text.isascii() else text)


@pytest.mark.parametrize("text", ["👩‍👩‍👧", "❤️", "שלום", "Anna\u200eB", "🏴\U000e0067\U000e007f"])
def test_names_keep_what_they_are_made_of(text):
    assert check_line(text) == text
    assert check_prose(f"{text}\n\t{text}") == f"{text}\n\t{text}"


@pytest.mark.parametrize(
    "name", ["null", "escape", "bell", "C1", "right to left", "isolate", "half"]
)
def test_no_words_steer_what_shows_them(name):
    with pytest.raises(ValueError, match="contains"):
        check_line(HOSTILE[name])
    with pytest.raises(ValueError, match="contains"):
        check_prose(HOSTILE[name])


def test_a_line_is_one_line_and_lines_end_alike():
    with pytest.raises(ValueError, match="U\\+000A"):
        check_line("a\nb")
    assert check_prose("a\r\nb") == "a\nb"
    with pytest.raises(ValueError, match="U\\+000D"):
        check_prose("a\rb")


@pytest.mark.parametrize("text", ["\x1b[2Jx", "\x9bx", "\u202ex", "a\rb", "\x07", "\x7f", "\u2028"])
def test_a_command_prints_nothing_that_steers_the_terminal(text):
    told = io.StringIO()
    console = Plain(file=told, width=80, force_terminal=False)
    table = Table(text)
    table.add_row(text)

    console.print(text, markup=False)
    console.print(Text(text))
    console.print(table)

    assert printable(told.getvalue()) == told.getvalue()


@pytest.mark.parametrize("form", ["json", "text"])
def test_a_log_prints_nothing_that_steers_the_terminal(form):
    told = io.StringIO()
    logs.configure(form, "info", told)

    logging.getLogger("laurels.test").warning("of %s", "\x1b[2J\x9b\u202e\r\n12:00 info forged")

    assert told.getvalue().count("\n") == 1
    assert printable(told.getvalue()) == told.getvalue()
