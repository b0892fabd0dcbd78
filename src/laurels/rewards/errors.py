"""Errors about rewards and redemptions. Those of a redemption stand in the order they are found.

AppError
├── RewardNotFound          no such reward
├── RedemptionNotFound      no such redemption
├── RewardInvalid           a value that this reward cannot have
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
├── BelowMinimum            fewer points than are paid with at once
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
    """The reward cannot be like this."""

    code: ClassVar[str] = "reward_invalid"


class TooManyRewards(Conflict):
    """A catalogue has at most 1,000 rewards that are not archived; archive some first."""

    code: ClassVar[str] = "too_many_rewards"


class ProviderUnknown(Invalid):
    """Nobody delivers rewards under this name."""

    code: ClassVar[str] = "provider_unknown"


class RewardHasNoPool(Conflict):
    """Codes are uploaded for rewards whose `fulfilment` is `pool`; change that first."""

    code: ClassVar[str] = "reward_has_no_pool"


class RedemptionAltered(Conflict):
    """A redemption with this source and external id was booked before with other content."""

    code: ClassVar[str] = "redemption_altered"


class RedemptionInvalid(Invalid):
    """A value of the use or delivery cannot be."""

    code: ClassVar[str] = "redemption_invalid"


class QuantityNotAllowed(Invalid):
    """A reward with a code is redeemed one at a time, so that each code has a life of its own."""

    code: ClassVar[str] = "quantity_not_allowed"


class RewardsOff(Conflict):
    """This programme redeems nothing at present."""

    code: ClassVar[str] = "rewards_off"


class RewardArchived(Conflict):
    """The reward is archived; restore it first."""

    code: ClassVar[str] = "reward_archived"


class RewardPaused(Conflict):
    """The reward is paused: nobody can have it until it is resumed."""

    code: ClassVar[str] = "reward_paused"


class RewardNotOpen(Conflict):
    """The reward cannot be had yet."""

    code: ClassVar[str] = "reward_not_open"


class RewardEnded(Conflict):
    """The reward cannot be had any more."""

    code: ClassVar[str] = "reward_ended"


class TierTooLow(Conflict):
    """The reward asks for a higher tier."""

    code: ClassVar[str] = "tier_too_low"


class TierNotAllowed(Conflict):
    """The reward is for members of other tiers."""

    code: ClassVar[str] = "tier_not_allowed"


class SegmentRequired(Conflict):
    """The reward is for members of segments that this member is not in."""

    code: ClassVar[str] = "segment_required"


class MemberLimitReached(Conflict):
    """This member has had the reward as often as one may."""

    code: ClassVar[str] = "member_limit_reached"


class RewardLimitReached(Conflict):
    """The reward has been redeemed as often as it may be in all."""

    code: ClassVar[str] = "reward_limit_reached"


class OutOfStock(Conflict):
    """Nothing is left of this reward."""

    code: ClassVar[str] = "out_of_stock"


class TooManyPending(Conflict):
    """This member waits for as many redemptions as one may; have some delivered first."""

    code: ClassVar[str] = "too_many_pending"


class BelowMinimum(Conflict):
    """Fewer points than are paid with at once in this programme."""

    code: ClassVar[str] = "below_minimum_redemption"


class CodeTaken(Conflict):
    """The code is known already; each code is given to one redemption, once."""

    code: ClassVar[str] = "code_taken"


class RedemptionMoved(Conflict):
    """The state of the redemption forbids this."""

    code: ClassVar[str] = "redemption_state"


class RedemptionLapsed(Conflict):
    """The redemption was not used in time."""

    code: ClassVar[str] = "redemption_lapsed"


class ForceNeeded(Conflict):
    """It was used or has expired; to return its points all the same send `force` and a `reason`."""

    code: ClassVar[str] = "force_needed"


class PurchaseOfAnother(Conflict):
    """The purchase is another member's."""

    code: ClassVar[str] = "purchase_of_another"


class PurchaseNotUsable(Conflict):
    """The purchase failed, was cancelled or refunded, so nothing is used on it."""

    code: ClassVar[str] = "purchase_not_usable"


class PurchaseBelowMinimum(Conflict):
    """The purchase is smaller than this reward asks for."""

    code: ClassVar[str] = "purchase_below_minimum"
