"""Errors of the ledger, in the order in which they are found.

AppError
├── TenantSuspended (tenants)      the tenant is suspended: nothing moves
├── ProgramNotFound                no such program in this tenant
├── WalletNotFound                 no such wallet in this tenant
├── HoldNotFound                   no such hold
├── TransactionNotFound            no such transaction
├── PostingKeyTaken                the natural key was used for something else
├── WalletClosed                   its member is blocked, archived, merged or erased
├── ProgramArchived                nothing more is credited in this program
├── HoldClosed                     the hold was captured, released or has expired
├── CaptureTooLarge                more than the hold holds
├── NotReversible                  this kind of transaction is not taken back
├── BelowMinimum                   fewer points than may be spent at once
├── InsufficientPoints             fewer points available than asked for
├── PointsOverLimit                over 2^53 - 1 points
├── ProgramManaged                 settings say what is to be changed of the default program
├── LapsedAlready                  points brought from elsewhere are over before they come
└── MergeNotUndoable               what a merge moved is not all there any more
"""

from typing import ClassVar

from laurels.kit.errors import Conflict, Invalid, NotFound


class WalletNotFound(NotFound):
    """There is no wallet with this id."""

    code: ClassVar[str] = "wallet_not_found"


class HoldNotFound(NotFound):
    """There is no hold with this id."""

    code: ClassVar[str] = "hold_not_found"


class TransactionNotFound(NotFound):
    """There is no point transaction with this id."""

    code: ClassVar[str] = "transaction_not_found"


class ProgramNotFound(NotFound):
    """There is no program with this id."""

    code: ClassVar[str] = "program_not_found"


class PostingKeyTaken(Conflict):
    """A movement with this source and external id already exists with different content."""

    code: ClassVar[str] = "posting_key_taken"


class WalletClosed(Conflict):
    """Nothing is earned or spent in this wallet: its member is blocked, archived, merged or
    erased.
    """

    code: ClassVar[str] = "wallet_closed"


class ProgramArchived(Conflict):
    """The program is archived and takes no more credits. Restore it first."""

    code: ClassVar[str] = "program_archived"


class ProgramInUse(Conflict):
    """The default program cannot be archived; make another program the default first."""

    code: ClassVar[str] = "program_in_use"


class ProgramManaged(Conflict):
    """Settings decide when points of the default program lapse; change section `ledger` instead."""

    code: ClassVar[str] = "program_managed"


class MergeNotUndoable(Conflict):
    """The merge cannot be undone: some of the points it moved have since been spent or changed."""

    code: ClassVar[str] = "merge_not_undoable"


class HoldClosed(Conflict):
    """The hold is no longer open."""

    code: ClassVar[str] = "hold_closed"


class CaptureTooLarge(Conflict):
    """The hold has fewer points than you asked to capture."""

    code: ClassVar[str] = "capture_too_large"


class NotReversible(Conflict):
    """Transactions of this type cannot be reversed."""

    code: ClassVar[str] = "not_reversible"


class BelowMinimum(Conflict):
    """The program does not allow so few points to be spent at once."""

    code: ClassVar[str] = "below_minimum_redemption"


class InsufficientPoints(Conflict):
    """The wallet has fewer points available than you asked for."""

    code: ClassVar[str] = "insufficient_points"


class PointsOverLimit(Invalid):
    """A wallet can hold at most 9,007,199,254,740,991 points."""

    code: ClassVar[str] = "points_over_limit"


class LapsedAlready(Invalid):
    """These points have already lapsed; count them as expired instead."""

    code: ClassVar[str] = "lapsed_already"


class PointsNotPositive(Invalid):
    """`points` must be at least 1; the type of movement decides the direction."""

    code: ClassVar[str] = "points_not_positive"


class ProgramNameTaken(Conflict):
    """Another program has this name; choose another one."""

    code: ClassVar[str] = "program_name_taken"


class ProgramInvalid(Invalid):
    """`expiry_days` must exceed `maturity_days`, or points lapse before they can be spent."""

    code: ClassVar[str] = "program_invalid"
