"""What the staff does in the half year: sets the programme up, changes it, and helps members."""

from datetime import timedelta
from typing import Any
from uuid import UUID

from laurels import (
    auth,
    domains,
    earning,
    events,
    jobs,
    ledger,
    members,
    rewards,
    segments,
    settlement,
    tenants,
    tiers,
)
from laurels.kit.hot import Item
from laurels.kit.http.paging import ALL
from laurels.kit.values.ids import encode
from laurels.kit.work import OPERATOR, Actor, Work
from laurels.ledger.answers import post as move
from laurels.ledger.programs import change_program
from laurels.permissions import Permission, Role
from laurels.rewards.schemas import RewardIn
from laurels.tiers.schemas import TierIn, TierPatch

from .business import Business, Offer, RuleStep
from .living import Act, Life
from .people import Person

STAFF = (
    ("manager", "Mira Manager", Role.MANAGER),
    ("support", "Sam Support", Role.SUPPORT),
    ("analyst", "Ana Analyst", Role.ANALYST),
    ("cashier", "Kim Cashier", Role.CASHIER),
    ("former", "Fred Former", Role.CASHIER),
)


def address(name: str, business: Business) -> str:
    """Return the address of somebody on the staff."""
    return f"{name}@{business.slug}.example"


async def open_the_house(life: Life) -> None:
    """The tenant exists and its programme is set up; all that is to come is planned."""
    business = life.business
    async with life.work(OPERATOR) as work:
        await tenants.establish(
            work,
            apply_preset=domains.PRESET_INSTALLERS,
            slug=business.slug,
            name=business.name,
            preset=business.preset,
            currency=business.currency,
            time_zone=business.time_zone,
        )
        # In the same transaction: whose tenant this is can be told by who works there.
        await _hire(life, work)
        till = await auth.create_key(
            work,
            name="Till at the counter",
            test=False,
            scopes=[Permission.PURCHASES_WRITE, Permission.MEMBERS_READ],
        )
        website = await auth.create_key(work, name="Website", test=False)
        old = await auth.create_key(work, name="Old till", test=False)
        life.actors |= {
            "till": Actor("api_key", encode("api_key", till.id)),
            "website": Actor("api_key", encode("api_key", website.id)),
        }
        await auth.revoke_key(work, old.id)
    async with life.work(life.actor("manager")) as work:
        program_id = await ledger.default_program(work)
        await change_program(work, program_id, dict(business.program))
        for section, values in business.settings.items():
            await tenants.change_section(work, section, dict(values))
        await _build_ladder(life, work)
        for content in business.segments:
            await segments.create(work, {"kind": "dynamic", **content})
        for content in business.lists:
            await segments.create(work, {"kind": "static", **content})
    for step in business.rules:
        life.plan(life.at(step.day, 8), _rule(step))
    for offer in business.rewards:
        _plan_offer(life, offer)
    _plan_care(life)


async def _hire(life: Life, work: Work) -> None:
    await auth.take_over(
        work,
        [auth.Newcomer(address(key, life.business), name, role, None) for key, name, role in STAFF],
    )
    for key, _, _ in STAFF:
        row = await auth.find_staff(work, address(key, life.business))
        life.actors[key] = Actor("staff", encode("staff", row["id"]))
        if key == "former":
            await auth.remove(work, row["id"])


async def _build_ladder(life: Life, work: Work) -> None:
    there = {each["name"]: each["id"] for each in await tiers.list_tiers(work)}
    for content in life.business.ladder:
        if content["name"] in there:
            patch = TierPatch.model_validate({k: v for k, v in content.items() if k != "name"})
            await tiers.change_tier(work, there[content["name"]], patch.values())
        else:
            tier = TierIn.model_validate(content)
            await tiers.create_tier(work, tier.model_dump(), review=False)


def _rule(step: RuleStep) -> Act:
    async def act(life: Life) -> None:
        name = step.content["name"]
        window = {
            key: life.at(day).isoformat()
            for key, day in (("starts_at", step.starts), ("ends_at", step.ends))
            if day is not None
        }
        async with life.work(life.actor("manager")) as work:
            there = {each["name"]: each["id"] for each in await earning.list_rules(work, asked=ALL)}
            if "trigger" not in step.content:
                await earning.set_status(work, there[name], step.status)
                return
            form = earning.EarningRuleIn.model_validate({**step.content, **window})
            if name in there:
                await earning.replace_rule(work, there[name], form)
            else:
                await earning.create_rule(work, form)

    return act


def _plan_offer(life: Life, offer: Offer) -> None:
    name = offer.content["name"]

    async def come(life: Life) -> None:
        ends = {} if offer.ends is None else {"ends_at": life.at(offer.ends).isoformat()}
        form = RewardIn.model_validate({**offer.content, **ends})
        async with life.work(life.actor("manager")) as work:
            reward_id = life.rewards[name] = await rewards.create_reward(work, form.values())
            if offer.codes:
                codes = [
                    f"{name[:3].upper()}-{life.chance.randrange(16**8):08X}"
                    for _ in range(offer.codes)
                ]
                await rewards.upload_vouchers(work, reward_id, codes)

    async def pause(life: Life) -> None:
        async with life.work(life.actor("manager")) as work:
            await rewards.set_active(work, life.rewards[name], active=False)

    async def archive(life: Life) -> None:
        async with life.work(life.actor("manager")) as work:
            await rewards.set_archived(work, life.rewards[name], archived=True)

    async def restock(life: Life) -> None:
        async with life.work(life.actor("manager")) as work:
            stock = (await rewards.get_reward(work, life.rewards[name]))["stock"]
            await rewards.change_reward(work, life.rewards[name], {"stock": stock + 20})

    for day, act in (
        (offer.day, come),
        (offer.paused, pause),
        (offer.archived, archive),
        (offer.restocked, restock),
    ):
        if day is not None:
            life.plan(life.at(day, 9), act)


# -- what members need ---------------------------------------------------------------------------


def _plan_care(life: Life) -> None:
    """Points by hand, holds, debt, and what becomes of members, each on its day."""
    moves = (
        (38, 3, "support", 40, "The coffee machine was out of order"),
        (66, 8, "support", 25, "Booked on the wrong card"),
        (97, 5, "manager", 100, "Thank you for ten years with us"),
        (131, 11, "support", -20, "Earned for a friend's purchase"),
        (158, 2, "support", 30, "Waited too long"),
        (178, 7, "support", 15, "Receipt without a card"),
        (180, 4, "manager", -25, "Correction of Tuesday"),
    )
    for day, number, role, points, reason in moves:
        life.plan(life.at(day, 12), _moving(life.person(number), role, points, reason))
    life.plan(life.at(120, 10), _fining(life.person(9)))
    for day, number, hours, end in (
        (100, 1, 48, "captured"),
        (140, 6, 48, "released"),
        (170, 10, 24, None),
        (181, 0, 24 * 6, None),
        (181, 3, 24 * 9, None),
    ):
        life.plan(life.at(day, 13), _holding(life.person(number), hours, end))
    rarely = 0.6 * life.business.pace
    late = [each for each in life.everybody if 70 < each.since < 120 and each.weekly < rarely]
    blocked, again, friend, twin, other, double, stranger, gone, away, loud = late[:10]
    life.plan(life.at(150, 11), _blocking(blocked, "Several returns without goods"))
    life.plan(life.at(177, 11), _blocking(loud, "Shares the card with others"))
    life.plan(life.at(135, 11), _blocking(again, "Card reported as lost"))
    life.plan(life.at(142, 11), _unblocking(again))
    life.plan(life.at(144, 14), _merging(friend, twin))
    life.plan(life.at(155, 14), _merging(other, double))
    life.plan(life.at(156, 9), _parting(double))
    life.plan(life.at(160, 9), _erasing(stranger))
    life.plan(life.at(161, 9), _archiving(gone))
    life.plan(life.at(174, 9), _archiving(away))
    life.plan(life.at(160, 15), _owing(life.person(12)))
    life.plan(life.at(130, 9), _promoting(life.person(18)))
    life.plan(life.at(110, 9), _listing(life.everybody[5:17]))
    life.plan(life.at(169, 9), _unlisting(life.everybody[7:9]))


def _moving(person: Person, role: str, points: int, reason: str) -> Act:
    async def act(life: Life) -> None:
        async with life.work(life.actor(role)) as work:
            member_id = await life.member(work, person)
            movement = (
                ledger.Credit(member_id=member_id, points=points, type="adjusted", reason=reason)
                if points > 0
                else ledger.Debit(
                    member_id=member_id,
                    points=-points,
                    type="adjusted",
                    reason=reason,
                    shortfall="forgive",
                )
            )
            await _by_hand(work, movement)

    return act


def _fining(person: Person) -> Act:
    async def act(life: Life) -> None:
        async with life.work(life.actor("manager")) as work:
            movement = ledger.Debit(
                member_id=await life.member(work, person),
                points=10,
                type="penalty",
                reason="Table booked and not used",
                shortfall="forgive",
            )
            await _by_hand(work, movement)

    return act


async def _by_hand(work: Work, movement: Any) -> ledger.Posted:
    (outcome,) = await move(work, [Item.of(work, movement)])
    if not isinstance(outcome, ledger.Posted):
        raise outcome
    return outcome


def _holding(person: Person, hours: int, end: str | None) -> Act:
    """Points are set aside for a while: spent, given back, or left until the hold lets go."""

    async def act(life: Life) -> None:
        async with life.work(life.actor("website")) as work:
            member_id = await life.member(work, person)
            there = (await ledger.spendable(work, [member_id]))[member_id, None].available
            if there < 2:
                return
            movement = ledger.HoldPoints(
                member_id=member_id,
                points=min(50, there // 2),
                reason="Basket in the web shop",
                expires_at=life.now + timedelta(hours=hours),
            )
            posted = await _by_hand(work, movement)
        assert posted.hold is not None, "points were set aside"
        hold_id = posted.hold.id
        if end is not None:
            life.plan(life.now + timedelta(hours=2), _ending(hold_id, captured=end == "captured"))

    return act


def _ending(hold_id: UUID, *, captured: bool) -> Act:
    async def act(life: Life) -> None:
        kind = ledger.Capture if captured else ledger.Release
        async with life.work(life.actor("website")) as work:
            await _by_hand(work, kind(hold_id=hold_id))

    return act


def _blocking(person: Person, reason: str) -> Act:
    async def act(life: Life) -> None:
        async with life.work(life.actor("support")) as work:
            await settlement.block(work, await life.member(work, person), reason=reason)

    return act


def _unblocking(person: Person) -> Act:
    async def act(life: Life) -> None:
        async with life.work(life.actor("support")) as work:
            reason = "The card was found"
            await settlement.unblock(work, await life.member(work, person), reason=reason)

    return act


def _merging(survivor: Person, merged: Person) -> Act:
    async def act(life: Life) -> None:
        async with life.work(life.actor("support")) as work:
            await members.merge(
                work,
                survivor_id=await life.member(work, survivor),
                merged_id=await life.member(work, merged),
            )

    return act


def _parting(person: Person) -> Act:
    async def act(life: Life) -> None:
        async with life.work(life.actor("manager")) as work:
            merged = (await members.look_up(work, [person.external_id])).named[person.external_id]
            await members.unmerge(work, merged)

    return act


def _erasing(person: Person) -> Act:
    async def act(life: Life) -> None:
        async with life.work(life.actor("owner")) as work:
            await members.erase(work, await life.member(work, person))

    return act


def _archiving(person: Person) -> Act:
    async def act(life: Life) -> None:
        async with life.work(life.actor("support")) as work:
            await settlement.archive(work, await life.member(work, person))

    return act


def _owing(person: Person) -> Act:
    """What was credited by mistake is spent before it is taken back: the rest is owed."""

    async def act(life: Life) -> None:
        async with life.work(life.actor("support")) as work:
            member_id = await life.member(work, person)
            points = 4 * life.business.rewards[1].content["cost_points"]
            prize = ledger.Credit(
                member_id=member_id, points=points, type="adjusted", reason="Prize of the raffle"
            )
            credited = await _by_hand(work, prize)
        assert credited.transaction is not None, "points were credited"
        # By then they have matured where points do.
        life.plan(life.at(178, 15), _spending_all(person))
        life.plan(life.at(180, 10), _taking_back(credited.transaction.id))

    return act


def _spending_all(person: Person) -> Act:
    async def act(life: Life) -> None:
        async with life.work(life.actor("cashier")) as work:
            member_id = await life.member(work, person)
            purse = (await ledger.spendable(work, [member_id]))[member_id, None]
            spent = ledger.Debit(
                member_id=member_id, points=purse.available, reason="Paid with points"
            )
            await _by_hand(work, spent)

    return act


def _taking_back(transaction_id: UUID) -> Act:
    async def act(life: Life) -> None:
        async with life.work(life.actor("manager")) as work:
            reason = "The prize was another member's"
            await _by_hand(work, ledger.Reversal(transaction_id=transaction_id, reason=reason))

    return act


def _promoting(person: Person) -> Act:
    async def act(life: Life) -> None:
        async with life.work(life.actor("manager")) as work:
            top = max(await tiers.list_tiers(work), key=lambda tier: tier["level"])
            await tiers.assign(
                work,
                await life.member(work, person),
                top["id"],
                expires_at=life.until + timedelta(days=30),
                note="Writes about us",
            )

    return act


def _listing(persons: Any) -> Act:
    async def act(life: Life) -> None:
        async with life.work(life.actor("manager")) as work:
            await segments.add(work, await _list(work), [each.external_id for each in persons])

    return act


def _unlisting(persons: Any) -> Act:
    async def act(life: Life) -> None:
        async with life.work(life.actor("manager")) as work:
            await segments.remove(work, await _list(work), [each.external_id for each in persons])

    return act


async def _list(work: Work) -> UUID:
    return next(
        each["id"] for each in await segments.list_segments(work) if each["kind"] == "static"
    )


# -- today ---------------------------------------------------------------------------------------


async def open_the_doors(life: Life) -> None:
    """Outside hears from now on, and somebody is invited."""
    # What happened until now is no news to those who listen from now on.
    while await events.relay_all(life.pool):
        pass
    for job in ("ledger.verify_the_books", "segments.refresh"):
        await jobs.run_now(life.pool, life.tenant_id, job, actor=life.actor("manager"))
    async with life.work(life.actor("manager")) as work:
        await events.create_endpoint(
            work,
            url="https://crm.invalid/laurels",
            description="Our CRM: it answers to nobody yet, so deliveries fail",
            event_types=["tier.raised", "reward.redeemed"],
        )
        endpoint, _ = await events.create_endpoint(
            work,
            url="https://mail.invalid/hooks/laurels",
            description="The newsletter, paused over the holidays",
            event_types=["member.enrolled", "member.changed"],
        )
        await events.change_endpoint(work, endpoint["id"], {"status": "disabled"})
        new = address("new", life.business)
        await auth.invite(work, email=new, role=Role.CASHIER, name="Nina New")
        member_id = await life.member(work, life.person(1))
        thanks = ledger.Credit(
            member_id=member_id, points=300, type="adjusted", reason="Found a purse and brought it"
        )
        await _by_hand(work, thanks)
        await rewards.redeem(
            work,
            member_id=member_id,
            reward_id=life.rewards[life.business.rewards[0].content["name"]],
        )
