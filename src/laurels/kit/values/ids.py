"""Identifiers: UUIDv7 inside, TypeIDs outside (`mem_01h455vb4pex5vsknk084sn02q`).

A TypeID is a prefix that names the kind, `_`, and the 128 bits of the UUID in 26 letters of
Crockford's base32 (https://github.com/jetify-com/typeid, specification 0.3). Both sort by time.
"""

import os
import struct
import time
from uuid import UUID

from asyncpg.pgproto.pgproto import UUID as FastUUID  # noqa: N811 - a class in C

PREFIXES: dict[str, str] = {
    "api_key": "key",
    "audit_entry": "aud",
    "award": "awd",
    "dead_letter": "dlt",
    "activity": "act",
    "bulk_action": "blk",
    "earning_rule": "rul",
    "event": "evt",
    "hold": "hld",
    "import_run": "imp",
    "job_run": "run",
    "lot": "lot",
    "member": "mem",
    "operator_key": "opk",
    "outbound_message": "out",
    "password_reset": "pwr",
    "member_merge": "mrg",
    "program": "prg",
    "purchase": "pur",
    "purchase_line": "pln",
    "purchase_payment": "pay",
    "redemption": "rdm",
    "refresh_token": "rft",
    "refund": "rfd",
    "reward": "rwd",
    "saved_view": "svw",
    "segment": "seg",
    "sign_in_link": "lnk",
    "staff": "stf",
    "staff_invitation": "inv",
    "staff_session": "ses",
    "tenant": "ten",
    "tier": "tir",
    "tier_history": "trh",
    "transaction": "txn",
    "voucher": "vch",
    "user": "usr",
    "wallet": "wal",
    "webhook_endpoint": "whk",
}
"""The kinds and their prefixes, once for the whole product."""

FIRST = UUID(int=0)
"""Comes before every id; where a walk through ids begins."""

_ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz"
_PAIRS = [a + b for a in _ALPHABET for b in _ALPHABET]
_TRIPLES = [pair + c for pair in _PAIRS for c in _ALPHABET]
"""All spellings of 15 bits: an id is eight of them and a pair, spelt in 0.3 µs instead of 1.3."""
_VALUES = {letter: value for value, letter in enumerate(_ALPHABET)}
_LENGTH = 26
_last_tick = 0
_chance: list[int] = []
_PAGE = struct.Struct(">512Q")
_HALVES = struct.Struct(">QQ")


def _forget_chance() -> None:
    _chance.clear()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_forget_chance)


def new_id() -> UUID:
    """Return a fresh UUIDv7 that sorts after every earlier one of this process (RFC 9562, 6.2).

    The twelve bits after the millisecond hold the fraction of it, so ids made in a row keep
    their order without a counter to share. Chance is fetched in pages: a call to the system for
    each id would cost more than all the rest.
    """
    global _last_tick  # noqa: PLW0603 - one clock per process
    nanoseconds = time.time_ns()
    tick = ((nanoseconds // 1_000_000) << 12) | ((nanoseconds % 1_000_000 << 12) // 1_000_000)
    if tick <= _last_tick:
        tick = _last_tick + 1
    _last_tick = tick
    if not _chance:
        _chance.extend(_PAGE.unpack(os.urandom(_PAGE.size)))
    first = (tick >> 12 << 16) | 0x7000 | (tick & 0xFFF)
    return FastUUID(_HALVES.pack(first, 0x8 << 60 | (_chance.pop() & 0x3FFF_FFFF_FFFF_FFFF)))


def encode(kind: str, value: UUID) -> str:
    """Return the TypeID of a UUID of this kind."""
    n, of = value.int, _TRIPLES
    return (
        f"{PREFIXES[kind]}_{_PAIRS[n >> 120]}{of[n >> 105 & 0x7FFF]}{of[n >> 90 & 0x7FFF]}"
        f"{of[n >> 75 & 0x7FFF]}{of[n >> 60 & 0x7FFF]}{of[n >> 45 & 0x7FFF]}"
        f"{of[n >> 30 & 0x7FFF]}{of[n >> 15 & 0x7FFF]}{of[n & 0x7FFF]}"
    )


def with_article(kind: str) -> str:
    """Return the kind as a sentence says it: `a wallet`, `an API key`, `an earning rule`."""
    words = kind.replace("_", " ").replace("api", "API")
    return f"{'an' if words[0].lower() in 'aeiou' else 'a'} {words}"


def decode(kind: str, text: str) -> UUID:
    """Return the UUID of a TypeID. Raise ValueError, with the remedy, when it is not of this kind.

    One spelling per id: upper case, other prefixes and values over 128 bits are refused.
    """
    prefix = PREFIXES[kind]
    start, _, suffix = text.rpartition("_")
    words = with_article(kind)
    if start != prefix:
        msg = f"expected the id of {words}, which starts with `{prefix}_`"
        raise ValueError(msg)
    return UUID(int=decode_suffix(suffix, words))


def decode_suffix(suffix: str, words: str) -> int:
    """Return the number in 26 letters of base32. Raise ValueError when they are not that."""
    if len(suffix) != _LENGTH or suffix[0] not in "01234567":
        msg = f"not the id of {words}: 26 letters and digits follow the `_`"
        raise ValueError(msg)
    number = 0
    for letter in suffix:
        value = _VALUES.get(letter)
        if value is None:
            msg = f"not the id of {words}: `{letter[:1]}` does not occur in ids"
            raise ValueError(msg)
        number = (number << 5) | value
    return number
