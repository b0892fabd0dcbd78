"""Logs say what happened and nothing about whom."""

import io
import json
import logging

import asyncpg
import pytest
from pydantic import BaseModel, ValidationError

from laurels.kit.process import logs


@pytest.fixture
def lines():
    """Logs set up on a stream of the test's own; as they were, afterwards."""
    root, ours = logging.getLogger(), logging.getLogger("laurels")
    before = list(root.handlers), root.level, ours.level
    stream = io.StringIO()

    def configured(form="json", level="info"):
        logs.configure(form, level, stream)
        return stream

    yield configured
    root.handlers[:], root.level = before[0], before[1]
    ours.setLevel(before[2])


def broken(error):
    try:
        try:
            raise error
        except type(error) as cause:
            raise RuntimeError("booking failed for anna@example.com") from cause
    except RuntimeError:
        logging.getLogger("laurels.test").exception("request failed")


@pytest.mark.parametrize(("text", "cleaned"), [
    ("key lk_live_01abcdef is wrong", "key lk_live_… is wrong"),
    ("Authorization: Bearer c2VjcmV0", "Authorization: Bearer …"),
    ("postgresql://app:hunter2@db/laurels", "postgresql://app:…@db/laurels"),
    ("anna.maria+shop@mail.example.co.uk wrote", "<e-mail> wrote"),
    ("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2La", "whsec_…"),
    ("nothing to hide", "nothing to hide"),
])  # fmt: skip
def test_secrets_and_addresses_are_taken_out(text, cleaned):
    assert logs.clean(text) == cleaned


def test_a_line_is_json_and_says_the_request(lines):
    stream = lines()
    token = logs.request_id.set("r-1")

    logging.getLogger("laurels.test").warning("slow: %s", "lk_test_abc", extra={"seconds": 3})

    logs.request_id.reset(token)
    found = json.loads(stream.getvalue())
    assert found.pop("time").endswith("Z")
    assert found == {
        "level": "warning", "logger": "laurels.test", "message": "slow: lk_test_…",
        "request_id": "r-1", "seconds": 3,
    }  # fmt: skip


@pytest.mark.parametrize("form", ["json", "text"])
def test_an_exception_says_where_and_why_but_not_whose(lines, form):
    stream = lines(form)
    unique = asyncpg.UniqueViolationError("duplicate key for (anna@example.com)")
    unique.sqlstate, unique.constraint_name = "23505", "uq_members_email"
    unique.detail = "Key (email)=(Anna Secret) already exists."

    broken(unique)

    text = stream.getvalue()
    assert "UniqueViolationError: SQLSTATE 23505, uq_members_email" in text
    assert "RuntimeError: booking failed for <e-mail>" in text
    assert "test_logs.py" in text
    assert "in broken" in text
    assert not any(word in text for word in ("anna", "Anna", "Secret"))


def test_input_that_did_not_fit_is_not_repeated(lines):
    class Form(BaseModel):
        age: int

    stream = lines()
    with pytest.raises(ValidationError) as caught:
        Form.model_validate({"age": "Anna Secret"})

    broken(caught.value)

    assert "ValidationError: 1 errors in Form" in stream.getvalue()
    assert "Anna" not in stream.getvalue()


def test_people_get_a_short_line(lines):
    stream = lines("text")

    logging.getLogger("laurels.test").warning("the database is away")

    assert stream.getvalue().endswith(" warning the database is away\n")


def test_auto_is_json_unless_a_person_looks(lines):
    stream = lines("auto")

    logging.getLogger("laurels.test").error("broken")

    assert json.loads(stream.getvalue())["message"] == "broken"


def test_above_info_requests_leave_no_line(lines):
    lines()

    assert logs.configure("json", "info", io.StringIO()) is not None
    assert logs.configure("json", "warning", io.StringIO()) is None
