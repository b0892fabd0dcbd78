"""What answers about purchases can be expanded by."""

from collections.abc import Mapping
from uuid import UUID

from laurels import earning, members, purchases
from laurels.events.catalogue.purchases import PurchaseCompleted
from laurels.kit.http import expand
from laurels.kit.http.expand import Rows
from laurels.kit.work import Work
from laurels.members.schemas import MemberOut
from laurels.permissions import Permission

from . import answers
from .by_program import with_programs
from .schemas import AwardOut, LineOut

PURCHASE = "purchase"
SUMMARY = "purchase_summary"
ACTIVITY = "activity"
ACTIVITY_SUMMARY = "activity_summary"


async def _members(work: Work, rows: Rows) -> Mapping[UUID, MemberOut]:
    wanted = {row["member_id"] for row in rows.values()} - {None}
    profiles = await members.get_facts(work, sorted(wanted)) if wanted else {}
    views = {member_id: MemberOut.model_validate(row) for member_id, row in profiles.items()}
    return {
        purchase_id: views[row["member_id"]]
        for purchase_id, row in rows.items()
        if row["member_id"] in views
    }


async def _lines(work: Work, rows: Rows) -> Mapping[UUID, list[LineOut]]:
    lines = await purchases.lines_of(work, list(rows))
    return {
        purchase_id: [LineOut.model_validate(line) for line in lines.get(purchase_id, [])]
        for purchase_id in rows
    }


async def _awards(work: Work, rows: Rows) -> Mapping[UUID, AwardOut]:
    awards = await earning.find_awards(work, PurchaseCompleted.name, list(rows))
    return {
        purchase_id: AwardOut.model_validate(with_programs(award))
        for purchase_id, award in awards.items()
    }


async def _awards_of_activities(work: Work, rows: Rows) -> Mapping[UUID, AwardOut]:
    awards = await answers.find_awards_of(work, rows)
    return {
        activity_id: AwardOut.model_validate(with_programs(award))
        for activity_id, award in awards.items()
    }


expand.offer("event", "member", _members, reads=Permission.MEMBERS_READ)
expand.offer("wallet", "member", _members, reads=Permission.MEMBERS_READ)
expand.offer(ACTIVITY, "member", _members, reads=Permission.MEMBERS_READ)
expand.offer(ACTIVITY_SUMMARY, "award", _awards_of_activities, reads=Permission.EARNING_READ)
expand.offer(ACTIVITY_SUMMARY, "member", _members, reads=Permission.MEMBERS_READ)
expand.offer(PURCHASE, "member", _members, reads=Permission.MEMBERS_READ)
expand.offer(SUMMARY, "award", _awards, reads=Permission.EARNING_READ)
expand.offer(SUMMARY, "lines", _lines, reads=Permission.PURCHASES_READ)
expand.offer(SUMMARY, "member", _members, reads=Permission.MEMBERS_READ)
