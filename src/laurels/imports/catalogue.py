"""Rewards and the codes of their pools: from rows to the catalogue.

A reward is known by its name: a row makes it, or brings it up to date, and an empty cell changes
nothing. A code is once in the whole catalogue.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, cast
from uuid import UUID
from zoneinfo import ZoneInfo

from pydantic import ValidationError

from laurels import ledger, rewards, segments, tiers
from laurels.kit.errors import AppError
from laurels.kit.http.paging import ALL
from laurels.kit.values.faults import fault_of
from laurels.kit.values.strict_json import read_json
from laurels.kit.values.text import fold
from laurels.kit.work import Work
from laurels.rewards.schemas import RewardFields, RewardIn

from .cells import bare
from .errors import RowInvalid
from .parsing import amount_of, length_wrong, moment_of, yes_or_no
from .report import Booked, Outcome, Skipped
from .texts import checked

REWARD_COLUMNS = tuple(
    """
    name type cost_points description value program min_order_value stock max_redemptions_total
    max_redemptions_per_member min_tier_level tiers segments starts_at ends_at
    redemption_expiry_days fulfilment category terms image_url featured sort_order active
    """.split()
)
REWARDS_NEED = ("name", "type", "cost_points")
VOUCHER_COLUMNS = ("reward", "code")
_NUMBERS = frozenset(
    """
    cost_points stock max_redemptions_total max_redemptions_per_member min_tier_level
    redemption_expiry_days sort_order
    """.split()
)
MAX_SEGMENTS = 10_000
"""How many segments are looked through for a name; a tenant has far fewer."""
_FARTHEST_YEAR = 9998
_MAX_CHARS = 10_000


@dataclass(slots=True)
class RewardRow:
    """A reward as a row tells it; program, tiers and segments by their names."""

    form: RewardIn
    program: str | None
    tiers: list[str] | None
    segments: list[str] | None


@dataclass(slots=True)
class VoucherRow:
    """A code, and the name of the reward that it is for."""

    reward: str
    code: str


@dataclass(slots=True)
class CatalogueReading:
    """How the rows of one file of rewards or codes are to be read."""

    places: Mapping[str, int]
    zone: ZoneInfo
    now: datetime

    def reward(self, values: list[str]) -> RewardRow:
        """Return the reward that a row tells. Raise RowInvalid, with the column."""
        cells = self._cells(values, REWARD_COLUMNS)
        program = cells.pop("program", None)
        limits = [_names(column, cells.pop(column, None)) for column in ("tiers", "segments")]
        told = {name: self._read(name, said) for name, said in cells.items()}
        try:
            return RewardRow(RewardIn.model_validate(told), program, *limits)
        except ValidationError as error:
            wrong = error.errors(include_url=False)[0]
            column = str(wrong["loc"][0]) if wrong["loc"] else "name"
            raise RowInvalid(fault_of(wrong)[1], field=column) from None

    def voucher(self, values: list[str]) -> VoucherRow:
        """Return the code that a row tells. Raise RowInvalid, with the column."""
        cells = self._cells(values, VOUCHER_COLUMNS)
        for column in VOUCHER_COLUMNS:
            if column not in cells:
                raise RowInvalid("is empty", field=column)
        if len(cells["code"]) > 128:
            raise length_wrong("code", cells["code"], 128)
        return VoucherRow(checked("reward", cells["reward"]), checked("code", cells["code"]))

    def _cells(self, values: list[str], columns: Sequence[str]) -> dict[str, str]:
        """Return the cells that say something."""
        found: dict[str, str] = {}
        for column in columns:
            place = self.places.get(column)
            said = bare(values[place].strip()) if place is not None else ""
            if len(said) > _MAX_CHARS:
                raise length_wrong(column, said, _MAX_CHARS)
            if said:
                found[column] = said
        return found

    def _read(self, column: str, said: str) -> Any:
        if column in _NUMBERS:
            # As an integer where it is one; what it is not, the form says in its own words.
            return int(said) if said.lstrip("-").isdecimal() and len(said) < 17 else said
        if column in {"featured", "active"}:
            return yes_or_no(column, said)
        if column in {"starts_at", "ends_at"}:
            return moment_of(said, self.zone, self.now, column=column, last_year=_FARTHEST_YEAR)
        if column == "min_order_value":
            return amount_of(said, column=column)
        return _value(said) if column == "value" else said


def _names(column: str, said: str | None) -> list[str] | None:
    """Return the names in a cell: one, or several as a JSON array."""
    if said is None or not said.startswith("["):
        return None if said is None else [said]
    try:
        found = read_json(said)
    except ValueError:
        found = None
    names: list[Any] = cast("list[Any]", found) if isinstance(found, list) else [None]
    if not all(isinstance(name, str) for name in names):
        raise RowInvalid('is not JSON; write `["Gold", "Platinum"]`', field=column)
    return names


def _value(said: str) -> Any:
    try:
        return read_json(said)
    except ValueError as error:
        msg = f'is not JSON ({error}); write `{{"amount": "5.00"}}`'
        raise RowInvalid(msg, field="value") from None


# -- booking -------------------------------------------------------------------------------------


@dataclass(slots=True)
class _Catalogue:
    """The rewards that are not archived, by name; None for a name that several have.

    And the ids of what rewards name: programs, tiers, segments, by name.
    """

    by_name: dict[str, dict[str, Any] | None]
    named_by: dict[str, dict[str, UUID]]

    @classmethod
    async def read(cls, work: Work) -> "_Catalogue":
        found: dict[str, dict[str, Any] | None] = {}
        for reward in await rewards.walk_rewards(work, after=None, limit=rewards.MAX_REWARDS):
            found[reward["name"]] = None if reward["name"] in found else reward
        ladder = await tiers.list_tiers(work)
        groups = await segments.list_segments(work, asked=ALL)
        return cls(
            found,
            {
                "program": await ledger.program_ids(work),
                "tiers": {tier["name"]: tier["id"] for tier in ladder},
                "segments": {segment["name"]: segment["id"] for segment in groups},
            },
        )

    def ids(self, column: str, names: Sequence[str]) -> list[UUID]:
        """Return the ids of programs, tiers or segments. Raise RowInvalid for one unknown."""
        known = self.named_by[column]
        for name in names:
            if name not in known:
                listed = ", ".join(f"`{each}`" for each in sorted(known)[:10]) or "none"
                thing = column.removesuffix("s")
                msg = f"there is no {thing} `{name[:80]}`; use one of: {listed}"
                raise RowInvalid(msg, field=column)
        return [known[name] for name in names]

    def named(self, name: str, column: str) -> dict[str, Any] | None:
        """Return the reward of this name, None when there is none. Raise RowInvalid for two."""
        if name in self.by_name and self.by_name[name] is None:
            msg = f"several rewards are called `{name[:80]}`; give them different names first"
            raise RowInvalid(msg, field=column)
        return self.by_name.get(name)


async def book_rewards(work: Work, rows: Sequence[RewardRow]) -> list[Outcome]:
    """These rewards are in the catalogue as their rows say, one after the other."""
    catalogue = await _Catalogue.read(work)
    outcomes: list[Outcome] = []
    for row in rows:
        try:
            async with work.savepoint():
                outcomes.append(await _book_reward(work, row, catalogue))
        except AppError as error:
            outcomes.append(error)
    return outcomes


async def _book_reward(work: Work, row: RewardRow, catalogue: _Catalogue) -> Outcome:
    own: dict[str, Any] = {}
    if row.program is not None:
        (own["program_id"],) = catalogue.ids("program", [row.program])
    if row.tiers is not None:
        own["tier_ids"] = catalogue.ids("tiers", row.tiers)
    if row.segments is not None:
        own["segment_ids"] = catalogue.ids("segments", row.segments)
    before = catalogue.named(row.form.name, "name")
    if before is None:
        reward_id = await rewards.create_reward(work, {**row.form.values(), **own})
        catalogue.by_name[row.form.name] = await rewards.get_reward(work, reward_id)
        return Booked()
    told = {**RewardFields.values(row.form), **own}
    if "active" in row.form.model_fields_set:
        told["active"] = row.form.active
    changed = {name: value for name, value in told.items() if not _same(value, before[name])}
    if not changed:
        return Skipped()
    await rewards.change_reward(work, before["id"], changed)
    catalogue.by_name[row.form.name] = await rewards.get_reward(work, before["id"])
    return Booked()


def _same(one: Any, other: Any) -> bool:
    """Whether two values say the same; the order of ids says nothing."""
    if isinstance(one, list) and isinstance(other, list):
        return set(cast("list[UUID]", one)) == set(cast("list[UUID]", other))
    return one == other


async def book_vouchers(work: Work, rows: Sequence[VoucherRow]) -> list[Outcome]:
    """These codes are in the pools of their rewards, each once."""
    catalogue = await _Catalogue.read(work)
    known = await rewards.find_codes(work, [row.code for row in rows])
    outcomes: list[Outcome | None] = [None] * len(rows)
    wanted: dict[UUID, list[int]] = {}
    for place, row in enumerate(rows):
        try:
            reward = catalogue.named(row.reward, "reward")
        except RowInvalid as error:
            outcomes[place] = error
            continue
        if reward is None:
            msg = f"there is no reward `{row.reward[:80]}`; import it first"
            outcomes[place] = RowInvalid(msg, field="reward")
        elif known.get(fold(row.code), reward["id"]) != reward["id"]:
            outcomes[place] = RowInvalid("belongs to another reward", field="code")
        else:
            # Several rows of one batch may bring one code to two rewards; the first has it.
            known[fold(row.code)] = reward["id"]
            wanted.setdefault(reward["id"], []).append(place)
    for reward_id, places in sorted(wanted.items()):
        for place, outcome in zip(
            places, await _upload(work, reward_id, [rows[p].code for p in places]), strict=True
        ):
            outcomes[place] = outcome
    return [outcome or Skipped() for outcome in outcomes]


async def _upload(work: Work, reward_id: UUID, codes: Sequence[str]) -> list[Outcome]:
    try:
        handled = await rewards.upload_vouchers(work, reward_id, codes)
    except AppError as error:
        return [error for _ in codes]
    return [Booked() if each.outcome == "added" else Skipped() for each in handled]
