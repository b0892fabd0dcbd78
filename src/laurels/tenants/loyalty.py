"""The one switch of a programme, and what a shop says of itself: name, colours, messages.

These sections belong to the tenant as a whole. Referrals and messages are kept here until there is
a room of their own for them.
"""

from typing import Annotated, ClassVar

from pydantic import AfterValidator, Field, StringConstraints

from laurels.kit.values.fields import Flag, Shaped
from laurels.kit.values.text import check_line
from laurels.kit.work import Work

from .errors import LoyaltyOff
from .settings import Section, read, register

MAX_POINTS_OF_A_SETTING = 1_000_000_000
"""As many points as one rule may give for one event."""
SettingPoints = Annotated[int, Field(strict=True, ge=0, le=MAX_POINTS_OF_A_SETTING)]
_Name = Annotated[
    str,
    StringConstraints(strip_whitespace=True, min_length=1, max_length=100),
    AfterValidator(check_line),
]
_Colour = Annotated[str, Shaped("#[0-9A-Fa-f]{6}", "is not a colour such as `#8B5CF6`")]


@register
class LoyaltySettings(Section):
    """The programme as a whole: whether it runs, and its name for members."""

    section: ClassVar[str] = "loyalty"

    loyalty_enabled: Flag = Field(
        default=True,
        description="Off: nothing is earned and nothing redeemed. Purchases and activities are"
        " still recorded, and say why they earned nothing; balances stay as they are.",
    )
    loyalty_program_name: _Name = Field(
        default="Loyalty Program", description="The programme's name for members."
    )


@register
class BrandingSettings(Section):
    """Branding for pages and messages that you build. Laurels only stores it for now."""

    section: ClassVar[str] = "branding"

    brand_color: _Colour = Field(
        default="#8B5CF6", description="The brand colour, as `#` and six hexadecimal digits."
    )


@register
class ConsoleSettings(Section):
    """What the console shows to the tenant's staff."""

    section: ClassVar[str] = "console"

    first_steps: Flag = Field(
        default=True, description="Whether Home shows the first steps until all are done."
    )


@register
class NotificationSettings(Section):
    """Which messages members may get. Laurels only stores them for now."""

    section: ClassVar[str] = "notifications"

    email_notifications_enabled: Flag = Field(
        default=True, description="Whether members may be sent e-mail."
    )
    sms_notifications_enabled: Flag = Field(
        default=False, description="Whether members may be sent text messages."
    )


@register
class ReferralSettings(Section):
    """What a referral is worth. Laurels only stores it for now."""

    section: ClassVar[str] = "referrals"

    referral_points_referrer: SettingPoints = Field(
        default=500, description="Points for the referring member."
    )
    referral_points_referee: SettingPoints = Field(
        default=250, description="Points for the referred member."
    )


async def loyalty_enabled(work: Work) -> bool:
    """Whether the programme runs: members earn and redeem. Costs no statement at a hot route."""
    return (await read(work, LoyaltySettings)).loyalty_enabled


async def require_loyalty(work: Work) -> None:
    """The programme runs, so that points may be spent. Raise LoyaltyOff (409 `loyalty_disabled`).

    For operations that would give a member something for points: redeeming, paying, setting points
    aside. What earns asks `loyalty_enabled` instead, because the event itself is still recorded.
    Undoing is always allowed: refunds, reversals, cancellations and releases never ask.
    """
    if not await loyalty_enabled(work):
        raise LoyaltyOff
