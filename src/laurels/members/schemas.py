"""Members as the API speaks of them."""

from datetime import date, datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import AfterValidator, AliasChoices, ConfigDict, Field, model_validator

from laurels.kit.http.expand import Expanded
from laurels.kit.values.fields import (
    Attributes,
    Code,
    Day,
    Email,
    Flag,
    Identities,
    IdOf,
    Moment,
    MoneyOut,
    Name,
    Schema,
    View,
)
from laurels.kit.values.time import EARLIEST

MemberId = Annotated[UUID, IdOf("member")]
Status = Literal["active", "blocked", "archived", "merged", "erased"]


def _born(day: date) -> date:
    if day.year < 1880:
        msg = "is before 1880; check the year"
        raise ValueError(msg)
    return day


def _this_age(moment: datetime) -> datetime:
    if moment < EARLIEST:
        msg = "is before 1970; check the year"
        raise ValueError(msg)
    return moment


class MemberIn(Schema):
    """A member to enrol or update; fields that are not sent stay as they are."""

    external_id: Code | None = Field(
        default=None,
        description="Your own id of the person; unique among members.",
        examples=["anna"],
    )
    email: Email | None = Field(
        default=None, description="Unique among active members.", examples=["anna@example.com"]
    )
    identities: Identities | None = Field(
        default=None,
        description="What else the person is known by, by kind: a card, a number in your CRM, a"
        " telephone number. One of each kind, at most 10; each means one member. Kinds that are not"
        " sent stay; `null` removes one.",
        examples=[{"crm_id": "C-1042"}],
    )
    first_name: Name | None = Field(default=None, description="Given name. `null` removes it.")
    last_name: Name | None = Field(default=None, description="Family name. `null` removes it.")
    phone: Annotated[Name | None, Field(max_length=32)] = Field(
        default=None,
        description="Telephone number in any form, at most 32 characters; kept as E.164 if it can"
        " be read. One without a country code is read as of the country of your settings (section"
        " members). `null` removes it.",
    )
    birthday: Annotated[Day, AfterValidator(_born)] | None = Field(
        default=None, description="Date of birth, `YYYY-MM-DD`. `null` removes it."
    )
    email_opt_in: Flag | None = Field(
        default=None,
        examples=[True],
        description="Whether the person agreed to get e-mail from you; null: unknown, so no.",
    )
    email_opt_in_at: Annotated[Moment, AfterValidator(_this_age)] | None = Field(
        default=None, description="When the person said so about e-mail; defaults to now."
    )
    email_opt_in_source: Annotated[Code, Field(max_length=64)] | None = Field(
        default=None,
        description="Where the person said so about e-mail; defaults to `api`.",
        examples=["checkout"],
    )
    sms_opt_in: Flag | None = Field(
        default=None,
        examples=[True],
        description="Whether the person agreed to get text messages from you; null: unknown,"
        " so no.",
    )
    sms_opt_in_at: Annotated[Moment, AfterValidator(_this_age)] | None = Field(
        default=None, description="When the person said so about text messages; defaults to now."
    )
    sms_opt_in_source: Annotated[Code, Field(max_length=64)] | None = Field(
        default=None,
        description="Where the person said so about text messages; defaults to `api`.",
        examples=["checkout"],
    )
    is_vip: Flag | None = Field(default=None, description="Whether you treat them as a VIP.")
    last_login_at: Annotated[Moment, AfterValidator(_this_age)] | None = Field(
        default=None, description="When they last signed in with you."
    )
    attributes: Attributes | None = Field(
        default=None,
        description="Your free facts: at most 50 entries, nested at most 5 levels. They replace"
        " the existing ones.",
    )

    @model_validator(mode="after")
    def _says_who(self) -> "MemberIn":
        for name in ("is_vip", "attributes", "identities"):
            if name in self.model_fields_set and getattr(self, name) is None:
                msg = f"`{name}` cannot be null; leave it out to keep it as it is"
                raise ValueError(msg)
        for channel in ("email", "sms"):
            fields_sent = {
                f"{channel}_opt_in_at",
                f"{channel}_opt_in_source",
            } & self.model_fields_set
            if fields_sent and getattr(self, f"{channel}_opt_in") is None:
                msg = f"`{min(fields_sent)}` needs `{channel}_opt_in`; send that too, true or false"
                raise ValueError(msg)
        return self

    def profile(self) -> dict[str, Any]:
        """Return what was sent, and only that."""
        return {name: getattr(self, name) for name in self.model_fields_set}


class MemberOut(View):
    """A member with lifetime totals."""

    id: MemberId
    external_id: str | None = Field(
        description="Your own id of the person; null when none was given."
    )
    email: str | None = Field(description="E-mail address; null when unknown, or after erasure.")
    identities: dict[str, str] = Field(
        description="What else the person is known by, by kind; empty when nothing."
    )
    first_name: str | None = Field(description="Given name; null when unknown.")
    last_name: str | None = Field(description="Family name; null when unknown.")
    phone: str | None = Field(description="Telephone number, as E.164 if readable; null: unknown.")
    birthday: date | None = Field(description="Date of birth, `YYYY-MM-DD`; null when unknown.")
    status: str = Field(
        description="`active`; `blocked`: cannot earn or spend until unblocked; `archived`: the"
        " same, and hidden, until restored; `merged`: another member goes on, see `merged_into`;"
        " `erased`: the person is no longer known."
    )
    blocked_at: datetime | None = Field(
        description="When the member was blocked; null if they are not."
    )
    blocked_reason: str | None = Field(description="Why the member is blocked.")
    merged_into: MemberId | None = Field(
        default=None,
        validation_alias=AliasChoices("survivor_id", "merged_into"),
        description="The member that this one was merged into; null if it was not.",
    )
    email_opt_in: bool | None = Field(
        description="Whether the person agreed to get e-mail from you; null: unknown, so no."
    )
    email_opt_in_at: datetime | None = Field(description="When the person said so about e-mail.")
    email_opt_in_source: str | None = Field(description="Where the person said so about e-mail.")
    sms_opt_in: bool | None = Field(
        description="Whether the person agreed to get text messages from you; null: unknown, so no."
    )
    sms_opt_in_at: datetime | None = Field(
        description="When the person said so about text messages."
    )
    sms_opt_in_source: str | None = Field(
        description="Where the person said so about text messages."
    )
    is_vip: bool = Field(description="Whether you treat the person as a VIP.")
    last_login_at: datetime | None = Field(
        description="When the person last signed in with you; null when not given."
    )
    attributes: dict[str, Any] = Field(description="Your free facts about the person.")
    spend: MoneyOut = Field(
        description="Lifetime total of completed purchases, before refunds, in the tenant's"
        " currency."
    )
    refunded: MoneyOut = Field(description="Lifetime total of refunds, in the tenant's currency.")
    purchases: int = Field(description="Number of completed purchases in the member's lifetime.")
    first_purchase_at: datetime | None = Field(
        description="When the first completed purchase happened; null before it."
    )
    last_purchase_at: datetime | None = Field(
        description="When the latest completed purchase happened; null before the first."
    )
    enrolled_at: datetime = Field(description="When the member joined the programme.")
    updated_at: datetime = Field(description="When the profile last changed.")
    expanded: Expanded = None


class ListedMemberOut(MemberOut):
    """A member of a list, and what of them was found."""

    matched: list[
        Literal[
            "external_id",
            "email",
            "name",
            "phone",
            "id",
            "identity",
            "similar_email",
            "purchase",
            "transaction",
            "redemption",
            "activity",
        ]
    ] = Field(
        default_factory=list[Any],
        description="Where `search` was found; `similar_email`: the e-mail is the one that was"
        " sought but for one or two letters; `purchase`, `transaction`, `redemption` and"
        " `activity`: it was the number or id of one of theirs. Empty without `search`.",
    )


class MergeIn(Schema):
    """The member to merge into the one in the path."""

    model_config = ConfigDict(extra="forbid", populate_by_name=True)

    from_id: MemberId = Field(
        alias="from",
        description="The member that is merged into it.",
        examples=["mem_01h455vb4pex5vsknk084sn02r"],
    )


class MergeOut(View):
    """A merge: the survivor, the merged member, and when it was made and undone."""

    id: Annotated[UUID, IdOf("member_merge")]
    survivor: MemberOut = Field(description="The member that goes on for both.")
    merged: MemberOut = Field(description="The member that was merged into the survivor.")
    merged_at: datetime = Field(description="When they were merged.")
    unmerged_at: datetime | None = Field(
        description="When the merge was undone; null while it stands."
    )


class ExportOut(View):
    """A page of everything stored about a person: rows by section."""

    member_id: MemberId
    data: dict[str, list[dict[str, Any]]] = Field(
        description="Rows by section, such as `profile`, `purchases` or `transactions`; each"
        " section has columns of its own."
    )
    has_more: bool
    next_cursor: str | None


class MemberCountOut(View):
    """How many members there are."""

    count: int = Field(description="How many; 100,000 where there are more.")
    more: bool = Field(description="Whether there are more than that.")
