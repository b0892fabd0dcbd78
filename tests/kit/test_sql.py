"""Statements by name."""

import pytest

from laurels.kit.db.sql import Statements, statements

FILE = """\
-- What stands before the first name is for people.

-- name: one
-- Why it is asked so:
-- for a reason.
select id
from laurels.lots
-- and a reason in between
where tenant_id = $1;

-- name: two
select 2;
"""


def test_statements_are_there_by_name_without_their_comments():
    found = Statements("room", FILE)

    assert found.one == "select id\nfrom laurels.lots\nwhere tenant_id = $1"
    assert found.two == "select 2"


def test_a_name_that_is_not_there_is_an_error_that_says_so():
    with pytest.raises(AttributeError, match=r"room/statements\.sql has no statement `three`"):
        _ = Statements("room", FILE).three


def test_a_name_that_is_there_twice_is_an_error():
    with pytest.raises(ValueError, match="`one` is no name, or there twice"):
        Statements("room", FILE + "-- name: one\nselect 1;\n")


def test_modules_of_a_room_share_what_was_read_once():
    assert statements("laurels.segments.queries") is statements("laurels.segments.days")
