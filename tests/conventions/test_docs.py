"""The pages of docs/reference are what the code says, and every thing of theirs is described."""

from functools import cache
from pathlib import Path

import pytest
from tools.reference import FOLDER
from tools.reference.pages import NAMES, pages

from laurels.config import Settings
from laurels.events.catalogue import CATALOGUE
from laurels.kit.errors import AppError
from laurels.permissions import Permission
from laurels.tenants.settings import sections


@cache
def written() -> dict[str, str]:
    """The pages as they are to be."""
    return pages()


@pytest.mark.parametrize("name", NAMES)
def test_a_page_is_current(name):
    path = FOLDER / name
    assert path.is_file(), f"{name} is missing: run ./dev docs"
    assert path.read_text(encoding="utf-8") == written()[name], f"{name} is old: run ./dev docs"


def test_no_page_is_left_over():
    generated = {
        path.name
        for path in FOLDER.iterdir()
        if path.suffix == ".json" or "Written by `./dev docs`" in path.read_text(encoding="utf-8")
    }

    assert generated == set(NAMES)


def test_every_setting_is_described():
    assert [name for name, field in Settings.model_fields.items() if not field.description] == []
    assert [
        f"{section}.{name}"
        for section, model in sections().items()
        for name, field in model.model_fields.items()
        if not field.description
    ] == []


def test_no_setting_has_a_secret_by_default():
    secret = ("secret", "password", "token", "key")

    assert [
        name
        for name, field in Settings.model_fields.items()
        if any(word in name for word in secret) and field.default is not None
    ] == []


def test_every_event_permission_and_error_stands_on_its_page():
    page = written()
    assert [name for name in CATALOGUE if f"`{name}`" not in page["events.md"]] == []
    assert [each for each in Permission if f"`{each}`" not in page["permissions.md"]] == []
    assert [
        error.code for error in subclasses(AppError) if f"`{error.code}`" not in page["errors.md"]
    ] == []


def test_an_error_code_means_one_thing():
    kinds: dict[str, set[str]] = {}
    for error in subclasses(AppError):
        kinds.setdefault(error.code, set()).add(error.__name__)

    assert {code: names for code, names in kinds.items() if len(names) > 1} == {}


NOUNS = {"member.birthday": "a day that comes; nobody does it"}
"""Events without a verb, each with its reason."""


def test_events_are_named_in_the_past_tense_after_their_class():
    for name, event in CATALOGUE.items():
        subject, _, happened = name.partition(".")
        assert event.__name__.lower() == f"{subject}{happened}".replace("_", "")
        assert happened.endswith("ed") or happened == "left" or name in NOUNS


def test_routes_say_what_they_do():
    import json

    spec = json.loads(written()["openapi.json"])

    assert spec["openapi"].startswith("3.1")
    assert [
        f"{method} {path}"
        for path, methods in spec["paths"].items()
        for method, operation in methods.items()
        if not operation.get("description")
    ] == []


def test_pages_do_not_depend_on_who_writes_them(monkeypatch, tmp_path):
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("COLUMNS", "40")
    monkeypatch.setenv("LAURELS_PORT", "9999")

    assert pages() == written()


def subclasses(root: type[AppError]) -> list[type[AppError]]:
    found = []
    for child in root.__subclasses__():
        found += [child, *subclasses(child)]
    return [child for child in found if child.__module__.startswith("laurels.")]


def test_decisions_have_numbers_of_their_own():
    numbers = [
        path.name[:4]
        for path in Path(__file__).resolve().parents[2].joinpath("docs", "decisions").glob("0*.md")
    ]

    assert sorted(numbers) == sorted(set(numbers))
