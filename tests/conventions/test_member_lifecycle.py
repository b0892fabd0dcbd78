"""Every room that knows members takes part in their lives: merging, erasing, exporting."""

import importlib
import re

from laurels import domains
from laurels.events import Erasing, Merging, Unmerging, parts
from laurels.kit import data_export

from .source import PACKAGE, nothing, text_of

NAMES_MEMBERS = {"member_id", "merged_id", "survivor_id", "original_member_id", "merged_into"}
REACHED_BY = ("wallet_id", "purchase_id", "lot_id")
"""Keys of what belongs to a member: tables with these are part of a person's story too."""

NOT_TOLD = {
    "member_sequences": "a counter of the events that are told",
    "lot_entries": "told by the lots: what is left of each",
}
"""Tables of members that an export leaves out, each with its reason."""


def room_of_table(table: str) -> str:
    """The room whose models have this table."""
    for room in domains.ROOMS:
        path = PACKAGE / room / "models.py"
        if path.is_file() and f'__tablename__ = "{table}"' in text_of(path):
            return room
    return "kit"


def tables_of_members() -> list[str]:
    """Every table with a member in it, or with something that belongs to one."""
    return sorted(
        table.name
        for table in domains.load_models().tables.values()
        if NAMES_MEMBERS & set(table.columns.keys())
        or any(name in table.columns for name in REACHED_BY)
    )


def rooms_of_members() -> set[str]:
    """The rooms that have such tables."""
    return {room_of_table(table) for table in tables_of_members()}


def silent_rooms(rooms: set[str]) -> list[str]:
    """Rooms that play no part in a story and give no reason."""
    found: list[str] = []
    for room in sorted(rooms):
        module = f"laurels.{room}.member_lifecycle"
        if not (PACKAGE / room / "member_lifecycle.py").is_file():
            found.append(f"{room} has no member_lifecycle.py")
            continue
        people = importlib.import_module(module)
        for story in (Merging, Unmerging, Erasing):
            plays = any(part.__module__ == module for part in parts(story))
            if not plays and not getattr(people, "STAYS", ""):
                found.append(f"{room} plays no part in {story.__name__} and says no reason (STAYS)")
    return found


def test_every_room_that_knows_members_takes_part():
    assert {"members", "ledger", "purchases", "earning", "events"} <= rooms_of_members()
    nothing(silent_rooms(rooms_of_members()))


def test_a_room_that_is_silent_is_found():
    assert silent_rooms({"tenants"}) == ["tenants has no member_lifecycle.py"]


def test_every_table_of_members_is_told_in_an_export():
    told = {table for section in data_export.sections() for table in section.tables}
    missing = [t for t in tables_of_members() if t not in told and t not in NOT_TOLD]

    nothing(missing, "add a data_export.ExportSection in the room's member_lifecycle.py")
    assert set(NOT_TOLD) <= set(tables_of_members())


def test_a_chapter_tells_what_it_names():
    wrong = [
        f"{section.name}: {table}"
        for section in data_export.sections()
        for table in section.tables
        if table not in NOT_TOLD and not re.search(rf"\blaurels\.{table}\b", section.sql)
    ]

    nothing(wrong)


def test_stories_are_played_from_the_lowest_layer_to_the_highest():
    for story in (Merging, Unmerging, Erasing):
        rooms = [part.__module__.split(".")[1] for part in parts(story)]
        assert rooms == sorted(rooms, key=domains.ROOMS.index)
