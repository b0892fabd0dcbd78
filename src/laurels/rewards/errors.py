"""Errors about rewards and redemptions. Those of a redemption stand in the order they are found.

AppError
├── RewardNotFound          no such reward
├── RedemptionNotFound      no such redemption
├── RewardInvalid           a value that this reward cannot have
├── PictureUnreadable       the file is no picture that can be read
├── PictureTooLarge         it has too many pixels
├── TooManyRewards          as many as a catalogue holds
├── ProviderUnknown         nobody delivers under this name
├── RewardHasNoPool         its codes are not uploaded ones
├── RedemptionInvalid       an amount or moment of a use or delivery that cannot be
├── RedemptionAltered       this source and external id came before with other content
├── QuantityNotAllowed      a reward with a code is had one at a time
├── LoyaltyOff (tenants)    the programme is switched off
├── RewardsOff              the programme redeems nothing at present
├── RewardArchived          the reward is archived
├── RewardPaused            the reward is paused
├── RewardNotOpen           it opens later
├── RewardEnded             it has ended
├── TierTooLow              it asks for a higher tier
├── TierNotAllowed          it is for other tiers
├── SegmentRequired         it is for members of a segment
├── MemberLimitReached      this member has had as many as one may
├── RewardLimitReached      all that there ever were are gone
├── OutOfStock              nothing is left, or no code
├── TooManyPending          this member waits for too many things already
├── BelowMinimum (ledger)   fewer points than may be spent at once
├── InsufficientPoints (ledger)
├── CodeTaken               the code is another redemption's, or waits in a pool
├── RedemptionMoved         its state forbids this
├── RedemptionLapsed        its time is over
├── ForceNeeded             it was used or has expired; say why it goes back all the same
├── PurchaseOfAnother       the purchase is somebody else's
├── PurchaseNotUsable       the purchase failed, was cancelled or refunded
└── PurchaseBelowMinimum    the purchase is smaller than the reward asks for
"""

from typing import ClassVar

from laurels.kit.errors import Conflict, Invalid, NotFound


class RewardNotFound(NotFound):
    """There is no reward with this id."""

    code: ClassVar[str] = "reward_not_found"


class RedemptionNotFound(NotFound):
    """There is no redemption with this id."""

    code: ClassVar[str] = "redemption_not_found"


class RewardInvalid(Invalid):
    """The reward has an invalid value; `errors` names the field."""

    code: ClassVar[str] = "reward_invalid"


class PictureUnreadable(Invalid):
    """The file is not a picture that can be read; send a JPEG, PNG, WebP or GIF."""

    code: ClassVar[str] = "picture_unreadable"


class PictureTooLarge(Invalid):
    """The picture has too many pixels; make it smaller."""

    code: ClassVar[str] = "picture_too_large"


class TooManyRewards(Conflict):
    """A catalogue can have at most 1,000 rewards that are not archived; archive some first."""

    code: ClassVar[str] = "too_many_rewards"


class ProviderUnknown(Invalid):
    """There is no provider with this name."""

    code: ClassVar[str] = "provider_unknown"


class RewardHasNoPool(Conflict):
    """Codes can only be uploaded for rewards whose `fulfilment` is `pool`; change that first."""

    code: ClassVar[str] = "reward_has_no_pool"


class RedemptionAltered(Conflict):
    """A redemption with this source and external id already exists with different content."""

    code: ClassVar[str] = "redemption_altered"


class RedemptionInvalid(Invalid):
    """The request has an invalid value; `errors` names the field."""

    code: ClassVar[str] = "redemption_invalid"


class QuantityNotAllowed(Invalid):
    """A reward with a code is redeemed one at a time; send `quantity` 1."""

    code: ClassVar[str] = "quantity_not_allowed"


class RewardsOff(Conflict):
    """Redemptions are switched off (settings, section `rewards`)."""

    code: ClassVar[str] = "rewards_off"


class RewardArchived(Conflict):
    """The reward is archived; restore it first."""

    code: ClassVar[str] = "reward_archived"


class RewardPaused(Conflict):
    """The reward is paused and cannot be redeemed until it is resumed."""

    code: ClassVar[str] = "reward_paused"


class RewardNotOpen(Conflict):
    """The reward cannot be redeemed yet."""

    code: ClassVar[str] = "reward_not_open"


class RewardEnded(Conflict):
    """The reward can no longer be redeemed."""

    code: ClassVar[str] = "reward_ended"


class TierTooLow(Conflict):
    """The reward requires a higher tier."""

    code: ClassVar[str] = "tier_too_low"


class TierNotAllowed(Conflict):
    """The reward is only for members of certain tiers, and this member has another one."""

    code: ClassVar[str] = "tier_not_allowed"


class SegmentRequired(Conflict):
    """The reward is only for members of certain segments, and this member is in none of them."""

    code: ClassVar[str] = "segment_required"


class MemberLimitReached(Conflict):
    """The member has reached the limit of redemptions per member."""

    code: ClassVar[str] = "member_limit_reached"


class RewardLimitReached(Conflict):
    """The reward has reached its limit of redemptions in total."""

    code: ClassVar[str] = "reward_limit_reached"


class OutOfStock(Conflict):
    """The reward is out of stock."""

    code: ClassVar[str] = "out_of_stock"


class TooManyPending(Conflict):
    """The member has too many pending redemptions; complete or cancel some first."""

    code: ClassVar[str] = "too_many_pending"


class CodeTaken(Conflict):
    """The code is already in use; each code belongs to one redemption only."""

    code: ClassVar[str] = "code_taken"


class RedemptionMoved(Conflict):
    """The redemption's state does not allow this."""

    code: ClassVar[str] = "redemption_state"


class RedemptionLapsed(Conflict):
    """The redemption has expired without being used."""

    code: ClassVar[str] = "redemption_lapsed"


class ForceNeeded(Conflict):
    """The redemption was used or has expired; to refund it anyway, send `force` and a `reason`."""

    code: ClassVar[str] = "force_needed"


class PurchaseOfAnother(Conflict):
    """The purchase belongs to another member."""

    code: ClassVar[str] = "purchase_of_another"


class PurchaseNotUsable(Conflict):
    """The purchase failed or was cancelled or refunded, so no redemption can be used on it."""

    code: ClassVar[str] = "purchase_not_usable"


class PurchaseBelowMinimum(Conflict):
    """The purchase is below the minimum order value of the reward."""

    code: ClassVar[str] = "purchase_below_minimum"
