"""Imports as the API speaks of them."""

from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import Field, StringConstraints

from laurels.kit.http.paging import Whole
from laurels.kit.values.fields import Code, Flag, IdOf, MoneyOut, Name, Schema, View
from laurels.kit.versions import EditedVersion

ImportId = Annotated[UUID, IdOf("import_run")]
TierId = Annotated[UUID, IdOf("tier")]
ImportKind = Literal["purchases", "members", "balances", "rewards", "vouchers"]
Status = Literal[
    "uploading", "draft", "waiting", "running", "stopping", "stopped", "finished", "failed"
]
Column = Annotated[str, StringConstraints(min_length=1, max_length=64)]
Header = Annotated[str, StringConstraints(min_length=1, max_length=1000)]
Constant = Annotated[str, StringConstraints(min_length=1, max_length=1000)]
_SOURCE = "Name of the system that the rows come from. A row is imported once per source."


class ImportSettings(Schema):
    """How the file of an import is to be read."""

    mapping: dict[Column, Header] = Field(
        default_factory=dict,
        max_length=200,
        description="Name in this file of each column of the kind that it has.",
        examples=[{"external_id": "Order", "amount": "Total"}],
    )
    constants: dict[Column, Constant] = Field(
        default_factory=dict,
        max_length=200,
        description="Columns that have the same value in all rows.",
        examples=[{"currency": "EUR"}],
    )
    decimal_comma: Flag = Field(
        default=False, description="Amounts use a decimal comma, such as `1.234,50`."
    )
    dates: Literal["iso", "day-first", "month-first"] = Field(
        default="iso", description="Format of dates: 2025-12-31, 31.12.2025 or 12/31/2025."
    )
    group_by: Header | None = Field(
        default=None,
        description="The file has one row per order line; this column has the order's number.",
    )
    welcome: Flag = Field(
        default=False, description="Whether new members earn what sign-up rules give."
    )
    known_only: Flag = Field(
        default=False, description="Whether rows of people who are not members yet are rejected."
    )
    ignore_tiers: Flag = Field(
        default=False,
        description="Whether tiers are ignored while importing; they are reviewed at night.",
    )


class ImportedFileIn(Schema):
    """A file that is to be uploaded."""

    file_name: Name = Field(description="Name of the file.")
    size_bytes: int = Field(gt=0, strict=True, description="Size of the file in bytes.")
    kind: ImportKind | None = Field(
        default=None, description="What it contains; by default it is guessed from its columns."
    )
    mends: ImportId | None = Field(
        default=None,
        description="Import whose rejected rows are in this file, corrected; its kind, source and"
        " settings are taken over.",
    )


class ImportPatch(Schema):
    """Changes to an import that has not started; fields that are not sent stay as they are."""

    version: EditedVersion = None
    kind: ImportKind | None = Field(default=None, description="What the file contains.")
    source: Code | None = Field(default=None, max_length=64, description=_SOURCE)
    settings: ImportSettings | None = Field(
        default=None, description="How the file is to be read, as a whole."
    )


class ImportPreviewIn(Schema):
    """A kind and settings to be tried on the first rows. Nothing is stored."""

    kind: ImportKind = Field(description="What the file contains.")
    settings: ImportSettings = Field(description="How the file is to be read.")


class ImportRowProblemOut(View):
    """A row that would be rejected."""

    line: int = Field(description="Line in the file, from 1.")
    field: str | None = Field(description="Column that is wrong, by its name in the file.")
    message: str = Field(description="What is wrong and what would be right.")


class ImportPreviewOut(View):
    """What the first rows of a file say under these settings."""

    mapping: dict[str, str] = Field(
        description="Column of the file that each column is read from, including those that have"
        " the same name."
    )
    ignored: list[str] = Field(description="Columns of the file that are not read.")
    missing: str | None = Field(
        description="Why the file cannot be imported like this; null if it can."
    )
    problems: list[ImportRowProblemOut] = Field(
        description="Rows among the first ones with a problem."
    )
    read: int = Field(description="How many rows were tried.")


class ImportTierMoveOut(View):
    """How many members stand on a tier before and after."""

    id: TierId
    name: str = Field(description="Name of the tier.")
    before: int = Field(description="Active members before the import.")
    after: int = Field(description="Active members after it.")


class ImportCountsOut(View):
    """Counts of rows, or of orders where the rows of an order are grouped; they add up."""

    read: int = Field(description="Read: the sum of the other three.")
    booked: int = Field(description="Booked.")
    skipped: int = Field(description="Skipped, because they were there before.")
    rejected: int = Field(description="Rejected.")


class ImportDifferenceOut(View):
    """What an import changes."""

    points: int = Field(
        description="Points that came in, less those that were taken back; without welcome points."
    )
    new_members: int = Field(description="Members who are new.")
    amounts: dict[str, MoneyOut] = Field(description="Amounts of purchases, by status.")
    reasons: dict[str, int] = Field(description="How many rows were rejected for each reason.")

    @classmethod
    def of(cls, facts: Mapping[str, Any] | None) -> "ImportDifferenceOut | None":
        """Return it from what is kept with a run."""
        if facts is None:
            return None
        amounts = {name: Decimal(value) for name, value in facts["amounts"].items()}
        return cls.model_validate({**facts, "amounts": amounts})


class ImportDryRunOut(View):
    """What the last dry run came to."""

    status: Literal["finished", "stopped", "failed"] = Field(description="How it ended.")
    error: str | None = Field(description="Why it failed.")
    counts: ImportCountsOut = Field(description="How many rows it read, and what became of them.")
    difference: ImportDifferenceOut = Field(description="What it would change.")
    tiers: list[ImportTierMoveOut] = Field(
        description="Tiers on which the number of members changes."
    )
    rejected_kept: int = Field(description="Rejected rows that can be looked at; at most 10,000.")
    outdated: bool = Field(description="Whether the settings have changed since.")
    finished_at: datetime = Field(description="When it ended.")


class ImportOut(View):
    """An import of a file: how it is read, how far it is and what came of it."""

    id: ImportId
    kind: ImportKind = Field(description="What the file contains.")
    source: str = Field(description=_SOURCE)
    file_name: str = Field(description="Name of the file.")
    status: Status = Field(
        description="`uploading` until the file is complete, then a `draft`. `waiting` for a"
        " worker, `running`, `stopping`; at last `finished`, `stopped` or `failed`. After a dry run"
        " it is a draft again."
    )
    dry_run: bool = Field(description="Whether what waits or runs is a dry run.")
    version: int = Field(description="Version of the settings, for edits.")
    settings: ImportSettings = Field(description="How the file is to be read.")
    size_bytes: int | None = Field(description="Size of the file; null: imported by the command.")
    received_bytes: int = Field(description="How much of the file was uploaded.")
    has_file: bool = Field(description="Whether the whole file is still there.")
    percent: int = Field(description="How much of the file is read, from 0 to 100.")
    encoding: str | None = Field(description="Encoding of the file.")
    delimiter: str | None = Field(description="What separates its columns.")
    columns: list[str] = Field(description="Columns of the file.")
    first_rows: list[list[str]] = Field(description="First rows of the file, as long as it exists.")
    counts: ImportCountsOut = Field(description="How many rows it read, and what became of them.")
    difference: ImportDifferenceOut | None = Field(description="What it changed so far.")
    dry_run_result: ImportDryRunOut | None = Field(description="What the last dry run came to.")
    error: str | None = Field(description="Why it failed.")
    created_by_kind: str = Field(description="Who began it: `staff`, `api_key`, `operator` …")
    created_by: str | None = Field(description="Id of the one who began it.")
    created_at: datetime = Field(description="When it was created.")
    started_at: datetime | None = Field(description="When it first started.")
    finished_at: datetime | None = Field(description="When it ended.")
    file_deleted_at: datetime | None = Field(description="When its file was deleted.")
    file_deleted_after: datetime | None = Field(
        description="When its file will be deleted by itself."
    )


class RejectedRowOut(View):
    """A row that was rejected."""

    line: int = Field(description="Line in the file, from 1.")
    field: str | None = Field(description="Column that is wrong, by its name in the file.")
    code: str = Field(description="What sort of problem.")
    message: str = Field(description="What is wrong and what would be right.")
    row: dict[str, Any] = Field(description="The row as read, by column.")


class ImportColumnOut(View):
    """A column that a file of a kind can have."""

    name: str = Field(description="Name of the column.")
    required: bool = Field(description="Whether a file must have it.")
    one_of: bool = Field(description="Whether a file must have at least one of these.")
    of_lines: bool = Field(description="Whether it is for files with one row per order line.")
    example: str | None = Field(description="How a cell is written.")


class ImportKindOut(View):
    """A kind of files and its columns."""

    kind: ImportKind = Field(description="The kind.")
    columns: list[ImportColumnOut] = Field(description="Its columns.")
    sample: str = Field(description="A small file of this kind, to be filled.")


class ImportKindsOut(Whole):
    """The kinds of files that can be imported."""

    data: list[ImportKindOut] = Field(description="All kinds.")
