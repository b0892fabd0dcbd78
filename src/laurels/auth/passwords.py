"""Passwords: which may be chosen, how they are kept, and whether one is right.

Kept as argon2id (RFC 9106: 64 MiB, three passes, one lane, unless the settings say otherwise).
Hashes of bcrypt are taken over from other systems and hashed anew when the person next signs in.
Hashing costs memory and a tenth of a second, so it is done beside the event loop, by few at a time.
"""

import asyncio
import itertools
import re
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import lru_cache
from typing import TypeVar

import bcrypt
from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from argon2.low_level import Type

from laurels.config import settings
from laurels.kit.errors import Invalid, Limited


class HashingBusy(Limited):
    """Too many people are signing in right now; try again in a second."""

    code = "hashing_busy"
    retry_after = 1


class WeakPassword(Invalid):
    """This password is easy to guess; choose a longer one."""

    code = "weak_password"


T = TypeVar("T")
SHORTEST = 12
MAX_LENGTH = 256
AT_ONCE = 2
MAX_WAITING = 32
"""Who may wait for the hashing of others; more are told to come again."""

_threads = ThreadPoolExecutor(AT_ONCE, thread_name_prefix="passwords")
_BCRYPT = re.compile(r"\$2[aby]\$(0[4-9]|1[0-6])\$[./A-Za-z0-9]{53}")
_ARGON2 = re.compile(
    r"\$argon2id\$v=19\$m=(\d{1,6}),t=(\d{1,2}),p=(\d{1,2})"
    r"\$[A-Za-z0-9+/]{8,86}\$[A-Za-z0-9+/]{16,86}"
)
_MAX_PARAMETERS = (262_144, 10, 16)
"""Memory, passes and lanes of a hash that is taken over, at most; one sign-in costs no more."""


class _Crowd:
    """How many wait for a hash, in this process."""

    there = 0


@lru_cache(maxsize=4)
def _hasher(memory_kib: int, rounds: int) -> PasswordHasher:
    return PasswordHasher(time_cost=rounds, memory_cost=memory_kib, parallelism=1, type=Type.ID)


def _own() -> PasswordHasher:
    found = settings()
    return _hasher(found.hash_memory_kib, found.hash_rounds)


@lru_cache(maxsize=4)
def _dummy(memory_kib: int, rounds: int) -> str:
    """Return a hash that no password has, of the usual price."""
    return _hasher(memory_kib, rounds).hash("nobody has this password")


async def hash_of(password: str) -> str:
    """Return what is kept of a password. Raise HashingBusy."""
    return await _beside(lambda: _own().hash(password))


async def is_right(password: str, kept: str | None) -> bool:
    """Tell whether this is the password; without a hash it costs the same and is none.

    Raise HashingBusy when too many ask at once.
    """
    return await _beside(lambda: _verify(password, kept))


def require_room() -> None:
    """Raise HashingBusy when too many wait already."""
    if _Crowd.there >= MAX_WAITING:
        raise HashingBusy


async def _beside(operation: Callable[[], T]) -> T:
    require_room()
    _Crowd.there += 1
    try:
        return await asyncio.get_running_loop().run_in_executor(_threads, operation)
    finally:
        _Crowd.there -= 1


def _verify(password: str, kept: str | None) -> bool:
    if kept is not None and _BCRYPT.fullmatch(kept):
        # bcrypt never saw more than 72 bytes of a password; its library refuses longer ones.
        return bcrypt.checkpw(password.encode()[:72], _as_python_writes(kept))
    found = settings()
    there = kept or _dummy(found.hash_memory_kib, found.hash_rounds)
    try:
        return _own().verify(there, password) and kept is not None
    except (VerificationError, InvalidHashError):
        return False


def _as_python_writes(kept: str) -> bytes:
    """Return the hash as the library reads it: PHP and others write `$2y$` for the same."""
    return f"$2b${kept[4:]}".encode()


def is_old(kept: str) -> bool:
    """Tell whether a hash was made otherwise than today's."""
    return not kept.startswith("$argon2id$") or _own().check_needs_rehash(kept)


def is_hash(text: str) -> bool:
    """Tell whether this is a hash that can be taken over: bcrypt, or argon2id."""
    if found := _ARGON2.fullmatch(text):
        return all(
            int(had) <= most for had, most in zip(found.groups(), _MAX_PARAMETERS, strict=True)
        )
    return _BCRYPT.fullmatch(text) is not None


# -- which may be chosen -------------------------------------------------------------------------


def check(password: str, *, email: str, name: str = "", field: str = "password") -> None:
    """Raise WeakPassword for what is short, or what others try first.

    Length is what counts (NIST SP 800-63B); no rule asks for digits or signs.
    """
    if len(password) < SHORTEST:
        msg = f"has fewer than {SHORTEST} characters; use a few unrelated words"
        raise WeakPassword(msg, field=field)
    plain = password.casefold()
    if len(set(plain)) < 5 or _repeats(plain) or _runs(plain):
        msg = "repeats itself or counts up; use a few unrelated words"
        raise WeakPassword(msg, field=field)
    own = {part for part in re.split(r"[\W_]+", f"{email} {name}".casefold()) if len(part) > 2}
    words = sorted(own | COMMON, key=len, reverse=True)
    if any(_is_made_of(words, text) for text in (plain, plain.translate(_LEET))):
        msg = (
            "is built from your name, your address or the most common words; use a few unrelated"
            " words"
        )
        raise WeakPassword(msg, field=field)


_LEET = str.maketrans("013457@$!", "oleastasi")
_ROWS = tuple(
    """
    abcdefghijklmnopqrstuvwxyz 01234567890123456789 qwertyuiopasdfghjklzxcvbnm
    qwertzuiopasdfghjklyxcvbnm azertyuiopqsdfghjklmwxcvbn 1q2w3e4r5t6y7u8i9o0p
    1qaz2wsx3edc4rfv5tgb6yhn7ujm
    """.split()
)


def _is_made_of(words: Sequence[str], text: str) -> bool:
    """Tell whether next to nothing is left of the letters of a text without these words."""
    left = bare = "".join(letter for letter in text if letter.isalpha())
    for word in words:
        left = left.replace(word, "")
    return len(left) < 4 and len(bare) >= len(text) / 2


def _repeats(text: str) -> bool:
    """Tell whether a text is one short piece again and again."""
    return any(
        text == (text[:size] * (len(text) // size + 1))[: len(text)]
        for size in range(1, len(text) // 2 + 1)
    )


def _runs(text: str) -> bool:
    """Tell whether all of it lies in a row on the keyboard or in the alphabet, either way."""
    return any(text in row or text in row[::-1] for row in _ROWS) or all(
        ord(b) - ord(a) == 1 for a, b in itertools.pairwise(text)
    )


_WORDS = """
password passwort motdepasse contrasena passw secret geheim letmein welcome willkommen admin
administrator root user login signin access master dragon monkey shadow sunshine princess
football baseball basketball superman batman pokemon starwars trustno iloveyou iloveu love
qwerty qwertz azerty qwertyuiop asdf asdfgh asdfghjkl zxcv zxcvbn zxcvbnm yxcvbnm abc abcd
abcdef abcdefg michael jennifer jordan hunter ashley daniel charlie thomas robert andrew
matthew joshua anthony jessica nicole michelle test tester testing guest default changeme
change temp temporary hello hallo bonjour summer winter spring autumn sommer january
february march april june july august september october november december monday tuesday
wednesday thursday friday saturday sunday whatever freedom computer internet google facebook
samsung liverpool chelsea arsenal ferrari mercedes laurels loyalty rewards points company
shop store the and for you my is one two three four five six seven eight nine ten
"""
COMMON = frozenset(_WORDS.split())
"""Words of which the commonest passwords are made."""
