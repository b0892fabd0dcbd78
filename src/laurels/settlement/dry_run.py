"""What would follow from a write: points, caps, lots, wallets, events, and what handlers would do.

It is asked at the end of a dry run, before everything is rolled back.
"""

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any, Literal

from pydantic import Field

from laurels import earning, events, ledger
from laurels.kit import dry_runs
from laurels.kit.values.fields import View
from laurels.kit.work import Work
from laurels.ledger.schemas import TransactionOut, WalletOut

from .schemas import RuleId, TransactionId
from .why import sentence_of_fired


class PlannedLotOut(View):
    """Points that would share their dates."""

    transaction_id: TransactionId = Field(description="The transaction that would bring them.")
    points: int = Field(validation_alias="initial", description="How many points.")
    matures_at: datetime | None = Field(
        description="When they could be spent; null: from the start."
    )
    expires_at: datetime | None = Field(description="When they would lapse; null: never.")


class CapOut(View):
    """A cap that would reduce what a rule gives, possibly to 0."""

    rule_id: RuleId = Field(description="The rule.")
    name: str = Field(description="What the rule is called.")
    points: int = Field(description="What the rule would give after the cap.")
    words: list[str] = Field(description="What reduces it, in sentences.")


class HandlerOut(View):
    """What a handler inside Laurels would do with an event."""

    name: str = Field(description="Name of the handler.")
    outcome: Literal["done", "failed", "parked"] = Field(
        description="`done`; `failed`, with the reason in `error`; or `parked`: it would be tried"
        " again later."
    )
    error: str | None = Field(default=None, description="What went wrong; null if nothing did.")


class PlannedEventOut(View):
    """An event that would happen, and who would receive it."""

    type: str = Field(description="What would happen, such as `tier.raised`.")
    data: dict[str, Any] = Field(description="The event's data; see the reference of events.")
    depth: int = Field(description="How many events would lead to it; 0: the request itself.")
    handlers: list[HandlerOut] = Field(description="What each handler inside Laurels would do.")
    webhook_endpoints: int = Field(description="How many endpoints would receive it.")


class FollowsOut(View):
    """What would follow from a request. Ids are those of rows that are gone again."""

    transactions: list[TransactionOut] = Field(
        default_factory=list[TransactionOut],
        description="Movements of points that would be booked.",
    )
    lots: list[PlannedLotOut] = Field(
        default_factory=list[PlannedLotOut], description="Lots that would be opened."
    )
    caps: list[CapOut] = Field(
        default_factory=list[CapOut], description="Caps that would reduce what rules give."
    )
    wallets: list[WalletOut] = Field(
        default_factory=list[WalletOut], description="Wallets as they would be afterwards."
    )
    events: list[PlannedEventOut] = Field(
        default_factory=list[PlannedEventOut], description="Events that would happen, in order."
    )
    left_out: int = Field(default=0, description="What is left out because there is too much.")


class DryRunOut(FollowsOut):
    """The answer to a dry run. If the request would be refused, it has no effects."""

    dry_run: Literal[True] = Field(description="Always true.")
    status: int = Field(description="What the request would have been answered with.")
    answer: dict[str, Any] = Field(
        description="The answer that the request would have had, or the problem."
    )


async def follow(work: Work | None) -> FollowsOut:
    """Let happen what follows from a dry run, in its own transaction, and return all of it.

    From a refusal (None) nothing follows.
    """
    if work is None:
        return FollowsOut()
    happened, unheard = await events.what_follows(work)
    moved = await ledger.moved(work)
    return FollowsOut(
        transactions=[TransactionOut.model_validate(dict(row)) for row in moved.transactions],
        lots=[PlannedLotOut.model_validate(dict(row)) for row in moved.lots],
        caps=list(_caps(dry_runs.noted(work, "awards"))),
        wallets=[WalletOut.model_validate(dict(row)) for row in moved.wallets],
        events=[PlannedEventOut.model_validate(event) for event in happened],
        left_out=unheard + moved.left_out,
    )


def _caps(awards: Sequence[earning.Awarded]) -> Iterator[CapOut]:
    for award in awards:
        for fired in award.explanation.get("fired", []):
            if "capped" in fired:
                yield CapOut(
                    rule_id=fired["rule"],
                    name=fired["name"],
                    points=fired["points"],
                    words=[sentence_of_fired(fired)],
                )
        for skipped in award.explanation.get("skipped", []):
            if skipped["why"] == "cap_reached":
                yield CapOut(
                    rule_id=skipped["rule"], name=skipped["name"], points=0, words=skipped["words"]
                )
