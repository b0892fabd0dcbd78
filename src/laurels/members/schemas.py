"""Members as the API speaks of them."""

from datetime import date, datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import AfterValidator, AliasChoices, ConfigDict, Field, model_validator

from laurels.kit.expand import Expanded
from laurels.kit.schema import (
    Attributes,
    Code,
    Day,
    Email,
    Flag,
    IdOf,
    Moment,
    MoneyOut,
    Name,
    Schema,
    View,
)
from laurels.kit.time import EARLIEST

MemberId = Annotated[UUID, IdOf("member")]
Status = Literal["active", "archived", "merged", "erased"]


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
    """A member to enrol or to bring up to date; fields not sent stay as they are."""

    external_id: Code | None = Field(
        default=None, description="Your own id of the person.", examples=["anna"]
    )
    email: Email | None = Field(
        default=None, description="Unique among active members.", examples=["anna@example.com"]
    )
    first_name: Name | None = None
    last_name: Name | None = None
    phone: Annotated[Name | None, Field(max_length=32)] = None
    birthday: Annotated[Day, AfterValidator(_born)] | None = None
    email_opt_in: Flag | None = None
    sms_opt_in: Flag | None = None
    is_vip: Flag | None = Field(default=None, description="Whether you treat them as a VIP.")
    last_login_at: Annotated[Moment, AfterValidator(_this_age)] | None = Field(
        default=None, description="When they were last signed in with you."
    )
    attributes: Attributes | None = None

    @model_validator(mode="after")
    def _says_who(self) -> "MemberIn":
        for name in ("email_opt_in", "sms_opt_in", "is_vip", "attributes"):
            if name in self.model_fields_set and getattr(self, name) is None:
                msg = f"`{name}` cannot be null; leave it out to keep it as it is"
                raise ValueError(msg)
        return self

    def profile(self) -> dict[str, Any]:
        """Return what was sent, and only that."""
        return {name: getattr(self, name) for name in self.model_fields_set}


class MemberOut(View):
    """A member with lifetime totals."""

    id: MemberId
    external_id: str | None
    email: str | None
    first_name: str | None
    last_name: str | None
    phone: str | None
    birthday: date | None
    status: str
    merged_into: MemberId | None = Field(
        default=None,
        validation_alias=AliasChoices("survivor_id", "merged_into"),
        description="Who goes on for this member, if it was merged.",
    )
    email_opt_in: bool
    sms_opt_in: bool
    is_vip: bool
    last_login_at: datetime | None
    attributes: dict[str, Any]
    spend: MoneyOut
    refunded: MoneyOut
    purchases: int
    first_purchase_at: datetime | None
    last_purchase_at: datetime | None
    enrolled_at: datetime
    updated_at: datetime
    expanded: Expanded = None


class MergeIn(Schema):
    """Who is merged into the member of the address."""

    model_config = ConfigDict(extra="forbid", populate_by_name=True)

    from_id: MemberId = Field(
        alias="from",
        description="The member that is merged.",
        examples=["mem_01h455vb4pex5vsknk084sn02r"],
    )


class MergeOut(View):
    """A merge: who goes on for whom, since when; and when it was undone, if it was."""

    id: Annotated[UUID, IdOf("member_merge")]
    survivor: MemberOut
    merged: MemberOut
    merged_at: datetime
    unmerged_at: datetime | None


class ExportOut(View):
    """A page of all that is kept of a person: rows by chapter."""

    member_id: MemberId
    data: dict[str, list[dict[str, Any]]]
    has_more: bool
    next_cursor: str | None
