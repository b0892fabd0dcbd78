"""Reading CSV: one broken line is one bad row."""

import pytest

from laurels.imports.errors import FileRefused
from laurels.imports.reading import BadLine, find_columns, open_table

HEAD = b"id,name,amount\n"


def rows_of(tmp_path, content):
    """Return what a file holds: (line, values) of good rows, (line, code) of bad ones."""
    file = tmp_path / "file.csv"
    file.write_bytes(content)
    with open_table(file) as table:
        return [
            (row.line, row.code) if isinstance(row, BadLine) else (row.line, row.values)
            for row in table.rows()
        ]


@pytest.mark.parametrize(
    ("content", "rows"),
    [
        (b"1,Ada,5\n2,Ben,6\n", [(2, ["1", "Ada", "5"]), (3, ["2", "Ben", "6"])]),
        (b"1,Ada,5", [(2, ["1", "Ada", "5"])]),
        (b"1,Ada,5\r\n\r\n2,Ben,6\r\n", [(2, ["1", "Ada", "5"]), (4, ["2", "Ben", "6"])]),
        (b'1,"Lovelace, Ada",5\n', [(2, ["1", "Lovelace, Ada", "5"])]),
        (b'1,"say ""hi""",5\n', [(2, ["1", 'say "hi"', "5"])]),
        (b'1,"two\nlines",5\n2,b,6\n', [(2, ["1", "two\nlines", "5"]), (4, ["2", "b", "6"])]),
        (b'1,5" disk,5\n', [(2, ["1", '5" disk', "5"])]),
        ("1,Zoë,5\n".encode(), [(2, ["1", "Zoë", "5"])]),
        (b"1,Ada\n2,Ben,6\n", [(2, "wrong_number_of_fields"), (3, ["2", "Ben", "6"])]),
        (b"1,Ada,5,x\n2,b,6\n", [(2, "wrong_number_of_fields"), (3, ["2", "b", "6"])]),
        (b'1,"Ada,5\n2,Ben,6\n', [(2, "unclosed_quote"), (3, ["2", "Ben", "6"])]),
        (
            b'1,"Ada,5\n2,"Ben",6\n3,"C",7\n',
            [(2, "unclosed_quote"), (3, ["2", "Ben", "6"]), (4, ["3", "C", "7"])],
        ),
        (b'1,"Ada" L,5\n2,b,6\n', [(2, "misplaced_quote"), (3, ["2", "b", "6"])]),
        (b"1,A\x00a,5\n2,b,6\n", [(2, "null_byte"), (3, ["2", "b", "6"])]),
        (b"1,Zo\xeb,5\n2,b,6\n", [(2, "not_utf8"), (3, ["2", "b", "6"])]),
        (
            b'1,"A\nZo\xeb",5\n2,b,6\n',
            [(2, "unclosed_quote"), (3, "not_utf8"), (4, ["2", "b", "6"])],
        ),
        (b"1," + b"a" * 1_100_000 + b",5\n2,b,6\n", [(2, "line_too_long"), (3, ["2", "b", "6"])]),
        (b"", []),
    ],
)  # fmt: skip
def test_rows_and_bad_lines(tmp_path, content, rows):
    assert rows_of(tmp_path, HEAD + content) == rows


def test_an_open_quote_on_every_line_takes_no_quadratic_time(tmp_path):
    found = rows_of(tmp_path, HEAD + b'1,"a,2\n' * 3_000)

    assert len(found) == 3_000
    assert {code for _, code in found} <= {"unclosed_quote", "wrong_number_of_fields"}


@pytest.mark.parametrize("mark", [",", ";", "\t"])
def test_the_delimiter_and_a_byte_order_mark_are_recognised(tmp_path, mark):
    file = tmp_path / "file.csv"
    file.write_bytes(b"\xef\xbb\xbf" + f"id{mark}name\n1{mark}a b\n".encode())

    with open_table(file) as table:
        assert table.header == ["id", "name"]
        assert [row.values for row in table.rows()] == [["1", "a b"]]


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "is empty"),
        (b"\n1,2\n", "has no header"),
        ("id,näme\n".encode("latin-1"), "not UTF-8"),
        ("id,name\n".encode("utf-16"), "UTF-16"),
        (b'id,"name\n', "quote"),
        (",".join(f"c{n}" for n in range(201)).encode(), "at most 200"),
    ],
)
def test_a_file_without_a_usable_header_is_refused(tmp_path, content, words):
    file = tmp_path / "file.csv"
    file.write_bytes(content)

    with pytest.raises(FileRefused, match=words), open_table(file):
        pass


def test_a_missing_file_and_a_folder_are_refused_in_words(tmp_path):
    with pytest.raises(FileRefused, match="there is no file"), open_table(tmp_path / "no.csv"):
        pass
    with pytest.raises(FileRefused, match="is a folder"), open_table(tmp_path):
        pass


def columns(header, **mapping):
    """Find columns among a, b and c, of which a is required."""
    return find_columns(header, known=("a", "b", "c"), required=("a",), mapping=mapping)


def test_columns_are_found_by_name_in_any_case_and_by_mapping():
    found = columns(["B", "Total", "x"], a="total")

    assert found.places == {"a": 1, "b": 0}
    assert found.names == {"a": "Total", "b": "B"}
    assert found.ignored == ["x"]


@pytest.mark.parametrize(
    ("header", "mapping", "words"),
    [
        (["b"], {}, "no column `a`.*--map a=NAME"),
        (["a"], {"b": "Total"}, "no column `Total`; it has: a"),
        (["a", "A"], {}, "2 columns `a`"),
        (["a"], {"z": "a"}, "there is no column `z`; use one of: a, b, c"),
    ],
)
def test_columns_that_are_missing_or_twice_are_refused(header, mapping, words):
    with pytest.raises(FileRefused, match=words):
        columns(header, **mapping)


async def test_rows_with_a_lost_character_are_refused_and_a_mended_file_has_no_odd_columns(desk):
    spoiled = desk.file(
        b"external_id,member,occurred_at,amount,currency\n1,J\xfcrgen,2024-05-01,10,USD\n"
    )
    first = await desk.load(spoiled)

    again = await desk.load(first.rejected_file, source="shop.csv")
    mended = first.rejected_file.read_text(encoding="utf-8").replace("�", "ü")
    last = await desk.load(desk.file(mended, "mended.csv"), source="shop.csv")

    assert (first.rejected, again.rejected, again.booked) == (1, 1, 0)
    assert again.first_rejections[0].code == "lost_character"
    assert (last.booked, last.ignored_columns) == (1, [])
