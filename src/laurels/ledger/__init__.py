"""Points: programs, wallets, transactions, lots, holds and debt.

Every movement goes through `post`. Rows are never changed; a correction is a reversal."""

from .answers import around_reversals
from .closing import close_wallets, reopen_wallets
from .dry_runs import moved
from .errors import (
    BelowMinimum,
    CaptureTooLarge,
    HoldClosed,
    HoldNotFound,
    InsufficientPoints,
    PointsOverLimit,
    ProgramArchived,
    ProgramNotFound,
    WalletClosed,
    WalletNotFound,
)
from .expiry import apply_due_lots, release_due_holds
from .invariants import Fault, Figures, figures, find_faults
from .locking import lock_wallets_of, open_wallets, wallets_call
from .movements import Capture, Credit, Debit, HoldPoints, Opening, Posted, Release, Reversal
from .portions import count_wallets, list_portions
from .posting import credit, debit, hold, post, release, reverse
from .programs import apply_preset, create_program, default_program, program_ids, worth
from .queries import (
    AboutReversal,
    Purse,
    balance,
    find_holds,
    history_of,
    lots_of,
    members_of,
    spendable,
    statement,
    taken_back,
    taken_back_by,
)
from .repairing import rebuild

__all__ = [
    "AboutReversal",
    "BelowMinimum",
    "Capture",
    "CaptureTooLarge",
    "Credit",
    "Debit",
    "Fault",
    "Figures",
    "HoldClosed",
    "HoldNotFound",
    "HoldPoints",
    "InsufficientPoints",
    "Opening",
    "PointsOverLimit",
    "Posted",
    "ProgramArchived",
    "ProgramNotFound",
    "Purse",
    "Release",
    "Reversal",
    "WalletClosed",
    "WalletNotFound",
    "apply_due_lots",
    "apply_preset",
    "around_reversals",
    "balance",
    "close_wallets",
    "count_wallets",
    "create_program",
    "credit",
    "debit",
    "default_program",
    "figures",
    "find_faults",
    "find_holds",
    "history_of",
    "hold",
    "list_portions",
    "lock_wallets_of",
    "lots_of",
    "members_of",
    "moved",
    "open_wallets",
    "post",
    "program_ids",
    "rebuild",
    "release",
    "release_due_holds",
    "reopen_wallets",
    "reverse",
    "spendable",
    "statement",
    "taken_back",
    "taken_back_by",
    "wallets_call",
    "worth",
]
