"""What can be wrong about tiers.

AppError
├── NotFound
│   ├── TierNotFound            no such tier
│   └── TierNotAssigned         the member's tier was not given by hand
├── Invalid
│   ├── TierInvalid             a definition that cannot be
│   └── TierExpiryInvalid       a manual tier that would be over at once
└── Conflict
    ├── TierNameTaken           another tier of the ladder has the name
    ├── TierLevelTaken          another tier of the ladder has the level
    ├── TooManyTiers            the ladder is full
    ├── TierArchived            it is no part of the ladder
    ├── DefaultTierNeeded       the default tier goes last
    ├── TierHasMembers          archiving it moves members, which has to be said
    └── TierBelowStanding       the member meets a higher one by themselves
"""

from laurels.kit.errors import Conflict, Invalid, NotFound


class TierNotFound(NotFound):
    """There is no tier with this id."""

    code = "tier_not_found"


class TierNotAssigned(NotFound):
    """The member has no tier that was assigned by hand, so there is nothing to take back."""

    code = "tier_not_assigned"


class TierInvalid(Invalid):
    """The tier has an invalid value; `errors` names the field."""

    code = "tier_invalid"


class TierExpiryInvalid(Invalid):
    """The tier would expire at once; send a time in the future, or none."""

    code = "tier_expiry_invalid"


class TierNameTaken(Conflict):
    """Another tier of the ladder has this name; choose another one, or archive that tier first."""

    code = "tier_name_taken"


class TierLevelTaken(Conflict):
    """Another tier of the ladder has this level; move that tier first."""

    code = "tier_level_taken"


class TooManyTiers(Conflict):
    """A ladder can have at most 50 tiers; archive one first."""

    code = "too_many_tiers"


class TierArchived(Conflict):
    """The tier is archived; restore it first."""

    code = "tier_archived"


class DefaultTierNeeded(Conflict):
    """The default tier cannot be archived while there are others; make another one the default."""

    code = "default_tier_needed"


class TierHasMembers(Conflict):
    """Members are on this tier; preview where they would go, then send `move_members`."""

    code = "tier_has_members"


class TierBelowStanding(Conflict):
    """The member qualifies for a higher tier and would rise at once; send `fixed` to prevent it."""

    code = "tier_below_standing"
