"""Finding people by whatever somebody types: words, a number, an id, an address with a typo."""

import re
import unicodedata
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from laurels import tenants
from laurels.kit.db.sql import statements
from laurels.kit.http.query import words_of
from laurels.kit.values.ids import decode
from laurels.kit.values.telephone import national_digits
from laurels.kit.work import Work
from laurels.permissions import Permission

from .settings import MemberSettings

SQL = statements(__name__)

FEW = 1000
"""So many members at most are found by the index first, and then sorted; see `list_members`."""
MAX_TYPOS = 2
"""Wrong, missing, surplus or swapped letters of an e-mail that is found all the same."""
_LIKENESS = "set local pg_trgm.word_similarity_threshold = 0.5"
"""Two typos leave half of what an address of usual length is made of."""
MAX_SIMILAR = 200
"""E-mails that are like the one that is looked for and are compared letter by letter."""

Finder = Callable[[Work, str], Awaitable[Sequence[UUID]]]
"""Returns the members that a text leads to."""
_FINDERS: dict[str, tuple[Permission, Finder]] = {}


def lead(name: str, finder: Finder, *, reads: Permission) -> None:
    """Let something of another room lead to its member, for whoever may read that thing."""
    _FINDERS[name] = (reads, finder)


@dataclass(frozen=True, slots=True)
class Search:
    """What was found: members by what led to them, and what the keys of others are like."""

    words: list[str]
    patterns: list[str]
    telephone: str | None
    found: list[UUID]
    """By words, at most FEW and one."""
    led: Mapping[UUID, str] = field(default_factory=dict[UUID, str])
    """By something else, and by what."""

    @property
    def is_wide(self) -> bool:
        """Whether words find so many that the list is better read in its order."""
        return len(self.found) > FEW

    def matched(self, member: Mapping[str, Any]) -> list[str]:
        """Return what of a member, or of theirs, was found."""
        if member["id"] in self.led:
            return [self.led[member["id"]]]
        told = {
            "external_id": [member["external_id"]],
            "email": [member["email"]],
            "name": [
                member["first_name"],
                member["last_name"],
                (member["last_name"] or "") + (member["first_name"] or ""),
            ],
        }
        found = [
            name
            for name, texts in told.items()
            if any(word in plain(text) for word in self.words for text in texts if text)
        ]
        digits = re.sub("[^0-9]", "", member["phone"] or "")
        sought = [word for word in self.words if word.isdigit()]
        sought += [self.telephone.strip("%")] if self.telephone else []
        return [*found, *(["phone"] if any(each in digits for each in sought) else [])]


def plain(text: str) -> str:
    """Return a text as it is searched: in small letters and without accents."""
    if text.isascii():
        return text.lower()
    return re.sub("[\u0300-\u036f]", "", unicodedata.normalize("NFKD", text)).lower()


async def search(work: Work, text: str | None) -> Search | None:
    """Return what a text finds, None for one that asks nothing."""
    words = [word for each in words_of(text) or () if (word := _bare(each))]
    if text is None or not words:
        return None
    country = (await tenants.read(work, MemberSettings)).country
    telephone = _telephone(text, country)
    row = await work.fetchrow(SQL.search_members, words, telephone, FEW + 1)
    assert row is not None, "there are words"
    led = await _led(work, " ".join(words))
    if not row[1] and not led and "@" in text:
        address = plain("".join(words))
        led = dict.fromkeys(await _similar(work, address), "similar_email")
    return Search([plain(word) for word in words], row[0], telephone, row[1], led)


def _bare(word: str) -> str:
    """Return a word without what an address is often copied with."""
    return word.removeprefix("mailto:").strip('<>,;"()') if "@" in word else word


async def _led(work: Work, text: str) -> dict[UUID, str]:
    led: dict[UUID, str] = {}
    for name, (reads, finder) in _FINDERS.items():
        if work.permissions is None or reads in work.permissions:
            for member_id in await finder(work, text):
                led.setdefault(member_id, name)
    return led


async def _by_id(work: Work, text: str) -> Sequence[UUID]:
    try:
        return await _survivors(work, [decode("member", text)])
    except ValueError:
        return []


async def _by_identity(work: Work, text: str) -> Sequence[UUID]:
    kind, _, value = text.partition(":")
    rows = await work.fetch(SQL.find_by_value, work.tenant_id, text, kind, value)
    return await _survivors(work, [row[0] for row in rows])


async def _survivors(work: Work, member_ids: Sequence[UUID]) -> list[UUID]:
    if not member_ids:
        return []
    return [row[1] for row in await work.fetch(SQL.find_present, work.tenant_id, list(member_ids))]


async def survivors(work: Work, member_ids: Sequence[UUID]) -> list[UUID]:
    """Return who goes on for these members; unknown ones are left out."""
    return await _survivors(work, member_ids)


lead("id", _by_id, reads=Permission.MEMBERS_READ)
lead("identity", _by_identity, reads=Permission.MEMBERS_READ)


async def _similar(work: Work, address: str) -> list[UUID]:
    """Return members whose e-mail is this one but for a typo or two, the likest first."""
    local = address.partition("@")[0]
    await work.raw.execute(_LIKENESS)
    rows = await work.fetch(SQL.similar_emails, local, address, MAX_SIMILAR)
    told = [(typos(address, row[1], MAX_TYPOS), row[0]) for row in rows]
    return [member_id for count, member_id in sorted(told) if count <= MAX_TYPOS]


def typos(one: str, other: str, most: int) -> int:
    """Return how many letters are wrong, missing, surplus or swapped; above `most`, only that."""
    if abs(len(one) - len(other)) > most:
        return most + 1
    before: list[int] = []
    row = list(range(len(other) + 1))
    for i, letter in enumerate(one, 1):
        last, before, row = before, row, [i]
        for j, theirs in enumerate(other, 1):
            cost = min(before[j] + 1, row[j - 1] + 1, before[j - 1] + (letter != theirs))
            if i > 1 and j > 1 and letter == other[j - 2] and one[i - 2] == theirs:
                cost = min(cost, last[j - 2] + 1)
            row.append(cost)
        if min(row) > most:
            return most + 1
    return row[-1]


def _telephone(text: str, country: str | None) -> str | None:
    """Return what the digits of a telephone number are like, without those to dial out."""
    if not _TELEPHONE.fullmatch(text):
        return None
    digits = national_digits(text, country) or re.sub("[^0-9]", "", text).lstrip("0")
    return f"%{digits}%" if len(digits) >= _FEWEST_DIGITS else None


_TELEPHONE = re.compile(r"[0-9 ()+./-]+")
_FEWEST_DIGITS = 3
