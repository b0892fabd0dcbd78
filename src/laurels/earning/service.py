"""Earning rules as data: create, replace, pause, archive. Every change is a new version."""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any
from uuid import UUID

import asyncpg
import orjson

from laurels import audit, tenants
from laurels.events.catalogue.activities import ActivityRecorded, MemberBirthday
from laurels.events.catalogue.members import MemberEnrolled
from laurels.events.catalogue.purchases import PurchaseCompleted
from laurels.kit.conditions import Cost
from laurels.kit.db.sql import statements
from laurels.kit.http.paging import ALL, FIRST, MAX_PAGE, Asked, Found, Listing, number, text
from laurels.kit.values.ids import encode, new_id
from laurels.kit.versions import check_version
from laurels.kit.work import Work

from .errors import (
    FactUnknown,
    RuleArchived,
    RuleManaged,
    RuleNotFound,
    RuleProgramUnknown,
    RulesTooHeavy,
    TooManyRules,
    UnknownTrigger,
)
from .plan import cost_of_rule
from .rules import Rule
from .schemas import EarningRuleIn, from_json
from .supplying import facts_on, missing_facts

SQL = statements(__name__)

TRIGGERS: tuple[str, ...] = (
    PurchaseCompleted.name,
    ActivityRecorded.name,
    MemberEnrolled.name,
    MemberBirthday.name,
)
"""The events that can earn."""

MAX_VERSIONS = 1000
"""How many versions of a rule a list shows."""

MAX_ACTIVE_RULES = 100
"""Active rules of one tenant, at most: each is judged for every event."""
MAX_COST_PER_LINE = 2000
"""Comparisons that all active rules of one event together may make for each line."""

COLUMNS = (
    "id, version, name, trigger, status, priority, conditions, award, caps, starts_at, ends_at,"
    " stacking, exclusion_group, program_id, managed_by, created_at, actor_type, actor_id"
)


async def create_rule(
    work: Work, form: EarningRuleIn, *, status: str = "active", managed_by: str | None = None
) -> dict[str, Any]:
    """A rule exists and is in force, or `paused` for now; a setting may manage it.

    Raise UnknownTrigger, RuleProgramUnknown or TooManyRules.
    """
    if status == "active":
        await _check_room(work)
    return await _write(work, new_id(), 1, form, {"status": status, "managed_by": managed_by})


async def replace_rule(
    work: Work,
    rule_id: UUID,
    form: EarningRuleIn,
    *,
    version: int | None = None,
    by_setting: bool = False,
) -> dict[str, Any]:
    """The rule has a new version with this content; what the old one awarded stays as it is.

    `version` is the one that was edited: where it is not the current one any more, somebody else
    was faster. Of a rule that a setting manages, what the setting says stays. Raise also
    VersionConflict, RuleArchived and RuleManaged.
    """
    before = await get_rule(work, rule_id, lock=True)
    check_version(version, before["version"])
    if before["status"] == "archived":
        raise RuleArchived
    if not by_setting:
        _refuse_other_gift(before, form)
    return await _write(work, rule_id, before["version"] + 1, form, before)


def _refuse_other_gift(before: dict[str, Any], form: EarningRuleIn) -> None:
    """Raise RuleManaged when a managed rule would listen to, or give, what its setting does not."""
    if before["managed_by"] is None:
        return
    award = form.award.model_dump(mode="json")
    for place, mine, theirs in (
        ("trigger", form.trigger, before["trigger"]),
        ("award.type", award["type"], before["award"]["type"]),
        ("award.points", award.get("points"), before["award"].get("points")),
        ("award.rate", _number(award.get("rate")), _number(before["award"].get("rate"))),
    ):
        if mine != theirs:
            raise _managed(before["managed_by"], field=place)


def _number(text: str | None) -> Decimal | None:
    return None if text is None else Decimal(text)


def _managed(setting: str, **more: Any) -> RuleManaged:
    msg = (
        f"The setting `{setting}` manages this rule; change it with PATCH"
        f" /v1/settings/{setting.partition('.')[0]} (0 pauses the rule)."
    )
    return RuleManaged(msg, setting=setting, **more)


async def restore_rule(work: Work, rule_id: UUID) -> dict[str, Any]:
    """An archived rule is there again, paused: it awards nothing until it is resumed."""
    return await set_status(work, rule_id, "paused", restoring=True)


async def set_status(
    work: Work, rule_id: UUID, status: str, *, restoring: bool = False, by_setting: bool = False
) -> dict[str, Any]:
    """The rule is active, paused or archived, as a new version.

    Only `restoring` brings an archived one back; on any other it does nothing. Raise RuleManaged
    for a rule whose setting says that.
    """
    before = await get_rule(work, rule_id, lock=True)
    if before["managed_by"] is not None and not by_setting:
        raise _managed(before["managed_by"])
    if before["status"] == status:
        return before
    if before["status"] == "archived" and not restoring:
        raise RuleArchived
    if restoring and before["status"] != "archived":
        return before
    if status == "active":
        await _check_room(work)
    await _retire(work, rule_id)
    await work.fetch(
        SQL.copy_version,
        work.tenant_id,
        rule_id,
        before["version"],
        status,
        work.now,
        work.actor.kind,
        work.actor.id,
    )
    if status == "active":
        await _check_cost(work)
    await _audit(work, rule_id, {"status": before["status"]}, {"status": status})
    return await get_rule(work, rule_id)


async def _check_room(work: Work) -> None:
    await tenants.lock_counts(work)
    row = await work.fetchrow(SQL.count_active, work.tenant_id)
    there = row[0] if row is not None else 0
    await tenants.require_room(work, "earning_rules", there)
    if there >= MAX_ACTIVE_RULES:
        raise TooManyRules


def rules_of(rows: Sequence[Mapping[str, Any]]) -> list[Rule]:
    """Return rules as the engine takes them."""
    return [_rule_of(row) for row in rows]


def _rule_of(row: Mapping[str, Any]) -> Rule:
    missing = tuple(missing_facts(row["trigger"], row["conditions"], row["award"]))
    columns = (
        "id",
        "version",
        "name",
        "trigger",
        "priority",
        "starts_at",
        "ends_at",
        "stacking",
        "exclusion_group",
        "program_id",
    )
    return from_json(
        # A condition over what nobody knows any more cannot be read.
        {
            "conditions": None if missing else row["conditions"],
            "award": row["award"],
            "caps": row["caps"],
        },
        missing=missing,
        **{name: row[name] for name in columns},
    )


async def _check_cost(work: Work) -> None:
    """Raise RulesTooHeavy when the active rules of one event compare too much on each line."""
    costs: dict[str, Cost] = {}
    for rule in rules_of(await list_rules(work, status="active", asked=ALL)):
        costs[rule.trigger] = costs.get(rule.trigger, Cost()) + cost_of_rule(rule)
    for trigger, cost in costs.items():
        if cost.each > MAX_COST_PER_LINE:
            msg = (
                f"The active rules of `{trigger}` would make {cost.each} comparisons for each line"
                f" of a purchase; the limit is {MAX_COST_PER_LINE}. Simplify their conditions on"
                " lines, or pause some rules. Searching for a long text counts as several"
                " comparisons."
            )
            raise RulesTooHeavy(msg, field="conditions")


async def _retire(work: Work, rule_id: UUID) -> None:
    await work.fetch(SQL.retire_version, work.tenant_id, rule_id)


async def _write(
    work: Work, rule_id: UUID, version: int, form: EarningRuleIn, before: dict[str, Any]
) -> dict[str, Any]:
    """Write a version; `before` is the rule as it was, or status and setting of a new one."""
    if form.trigger not in TRIGGERS:
        msg = f"`{form.trigger}` cannot earn points; use one of {', '.join(TRIGGERS)}"
        raise UnknownTrigger(msg, field="trigger")
    _refuse_strange_facts(form)
    stored = form.definition()
    if version > 1:
        await _retire(work, rule_id)
    try:
        async with work.savepoint():
            await work.fetch(
                SQL.add_version,
                work.tenant_id,
                rule_id,
                version,
                form.name,
                form.trigger,
                before["status"],
                form.priority,
                _json(stored["conditions"]),
                _json(stored["award"]),
                _json(stored["caps"]),
                form.starts_at,
                form.ends_at,
                form.stacking,
                form.exclusion_group,
                form.program_id,
                before["managed_by"],
                work.now,
                work.actor.kind,
                work.actor.id,
            )
    except asyncpg.ForeignKeyViolationError:
        raise RuleProgramUnknown(field="program_id") from None
    await _check_cost(work)
    after = form.model_dump(mode="json", exclude={"version"})
    await _audit(work, rule_id, _spoken(before) if version > 1 else None, after)
    return await get_rule(work, rule_id)


_NOT_AUDITED = frozenset({"id", "created_at", "actor_type", "actor_id"})


def _spoken(rule: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in rule.items() if key not in _NOT_AUDITED}


def _json(value: Any) -> str | None:
    return None if value is None else orjson.dumps(value).decode()


async def _audit(
    work: Work, rule_id: UUID, before: dict[str, Any] | None, after: dict[str, Any]
) -> None:
    await audit.record(
        work,
        "earning.rule_created" if before is None else "earning.rule_changed",
        "earning_rule",
        rule_id,
        before=before,
        after=after,
    )


async def get_rule(work: Work, rule_id: UUID, *, lock: bool = False) -> dict[str, Any]:
    """Return the version of a rule that is in force. Raise RuleNotFound."""
    if lock:
        # The first version never changes hands; the current one does, under whoever waits for it.
        await work.fetch(SQL.lock_rule, work.tenant_id, rule_id)
    row = await work.fetchrow(f"{SQL.rules} and id = $2 and current", work.tenant_id, rule_id)
    if row is None:
        raise RuleNotFound
    return dict(row)


RULES = Listing(
    moment="created_at",
    happened="Its version was made",
    # A tenant has few of them: they may be sorted.
    sorts={"created_at": None, "name": text("name")},
)


async def list_rules(
    work: Work, *, status: str | None = None, asked: Asked = FIRST
) -> Found[dict[str, Any]]:
    """Return the rules as they are in force, usually newest first; archived ones on request.

    Whoever judges by them asks for all: of active ones there are never many, and a
    rule that is left out would stop earning without a trace.
    """
    sql = (
        f"{SQL.rules} and current and"
        " case when $2::text is null then status <> 'archived' else status = $2 end"
    )
    return await RULES.fetch(work, asked, sql, work.tenant_id, status)


VERSIONS = Listing(
    moment="created_at",
    happened="Made",
    sorts={"version": number("version")},
    default="-version",
    limit=MAX_PAGE,
)


async def list_versions(work: Work, rule_id: UUID, asked: Asked) -> Found[dict[str, Any]]:
    """Return the versions of a rule, usually newest first. Raise RuleNotFound."""
    await get_rule(work, rule_id)
    return await VERSIONS.fetch(work, asked, f"{SQL.rules} and id = $2", work.tenant_id, rule_id)


async def list_naming_segments(work: Work, ids: Sequence[UUID]) -> dict[UUID, list[dict[str, Any]]]:
    """Return by segment the rules in use whose conditions name it: id, name and status."""
    found: dict[UUID, list[dict[str, Any]]] = {segment_id: [] for segment_id in ids}
    codes = [encode("segment", segment_id) for segment_id in ids]
    for row in await work.fetch(SQL.rules_naming_segments, work.tenant_id, list(ids), codes):
        found[row["segment_id"]].append(dict(row))
    return found


RECENT = 1000
"""Events, the latest ones, in which a tenant's rules are counted."""


async def recent_usage(work: Work) -> list[dict[str, Any]]:
    """Return of each rule that is not archived what it did in the latest events.

    These are read by their ids, which follow the clock, so that the books may be as large as they
    like.
    """
    (row,) = await work.fetch(SQL.recent_usage, work.tenant_id, RECENT)
    events: dict[str, int] = row["events"] or {}
    usage: dict[str, list[Any]] = row["usage"] or {}
    counted: list[dict[str, Any]] = []
    for rule in await list_rules(work, asked=ALL):
        times, points, last_at = usage.get(encode("earning_rule", rule["id"]), (0, 0, None))
        counted.append(
            {
                "rule_id": rule["id"],
                "events": events.get(rule["trigger"], 0),
                "times": times,
                "points": points,
                "last_at": last_at,
            }
        )
    return counted


async def find_managed(work: Work, setting: str) -> dict[str, Any] | None:
    """Return the rule that this setting manages, locked, None while there is none."""
    row = await work.fetchrow(SQL.find_managed, work.tenant_id, setting)
    return None if row is None else await get_rule(work, row["id"], lock=True)


def _refuse_strange_facts(form: EarningRuleIn) -> None:
    """Raise FactUnknown for a fact that the trigger never has: such a rule could never fire."""
    stored = form.definition()
    for place, conditions, award in (
        ("conditions", stored["conditions"], {"type": "fixed"}),
        ("award.of", None, stored["award"]),
    ):
        if strange := missing_facts(form.trigger, conditions, award):
            known = ", ".join(facts_on(form.trigger))
            msg = f"`{form.trigger}` has no `{strange[0]}`; use {known}"
            raise FactUnknown(msg, field=place)
