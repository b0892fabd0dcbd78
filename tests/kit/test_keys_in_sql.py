"""What is a key, a line or prose, the database says as Python does, character by character."""

import sys
import unicodedata

import asyncpg
import pytest

from laurels.kit.values.text import check_key, check_line, check_prose, fold

EVERY = [
    chr(n) for n in range(1, sys.maxunicode + 1) if unicodedata.category(chr(n)) not in {"Cn", "Cs"}
]
"""The characters that there are; those that Python does not know yet it alone refuses."""


def accepts(check, text: str) -> bool:
    """Tell whether Python takes the text as it is."""
    try:
        return check(text) == text
    except ValueError:
        return False


@pytest.mark.parametrize(
    ("kind", "check"), [("key", check_key), ("line", check_line), ("prose", check_prose)]
)
async def test_sql_and_python_agree_on_every_character(owner_url, kind, check):
    connection = await asyncpg.connect(owner_url)
    rows = await connection.fetch(
        f"select c, laurels.is_{kind}('a' || c || 'b', 128) as ok from unnest($1::text[]) as c",
        EVERY,
    )
    await connection.close()

    # Lines are put into NFC before.
    differ = [
        row["c"]
        for row in rows
        if row["ok"] != accepts(check, f"a{row['c']}b")
        and (kind == "key" or unicodedata.is_normalized("NFC", f"a{row['c']}"))
    ]
    assert differ == []


async def test_sql_and_python_fold_alike(owner_url):
    connection = await asyncpg.connect(owner_url)
    rows = await connection.fetch(
        'select c, lower(c collate "C") as small from unnest($1::text[]) as c', EVERY
    )
    await connection.close()

    assert [row["c"] for row in rows if row["small"] != fold(row["c"])] == []


@pytest.mark.parametrize(
    ("text", "ok"),
    [("a" * 128, True), ("a" * 129, False), ("", False), (" a", False), ("a ", False),
     ("a b", True), ("é", True), ("e\u0301", False), ("\u212a", False), (None, None)],
)  # fmt: skip
async def test_sql_knows_length_blanks_and_spelling(owner_url, text, ok):
    connection = await asyncpg.connect(owner_url)
    try:
        assert await connection.fetchval("select laurels.is_key($1, 128)", text) is ok
    finally:
        await connection.close()
