"""Reading members."""

from collections.abc import AsyncGenerator, Callable, Collection, Iterable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager, suppress
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import asyncpg
import orjson

from laurels.kit.db.sql import statements
from laurels.kit.http.paging import FIRST as FIRST_PAGE
from laurels.kit.http.paging import Asked, Found, Key, Listing, at
from laurels.kit.values.ids import FIRST, decode, encode
from laurels.kit.values.text import fold
from laurels.kit.work import Call, Work

from .errors import MemberArchived, MemberBlocked, MemberErased, MemberMerged, MemberNotFound
from .finding import Search

SQL = statements(__name__)


async def get_member(work: Work, member_id: UUID) -> dict[str, Any]:
    """Return a member with their totals. Raise MemberNotFound."""
    row = await work.fetchrow(f"{SQL.members} and m.id = $2", work.tenant_id, member_id)
    if row is None:
        raise MemberNotFound
    return dict(row)


def require_own_life(member: dict[str, Any]) -> None:
    """Raise MemberMerged or MemberErased for somebody who is nobody of their own any more."""
    if member["status"] == "merged":
        raise MemberMerged(merged_into=encode("member", member["survivor_id"]))
    if member["status"] == "erased":
        raise MemberErased


def require_active(member: dict[str, Any]) -> None:
    """Raise MemberBlocked, MemberArchived, MemberMerged or MemberErased if they are not active."""
    require_own_life(member)
    if member["status"] == "blocked":
        raise MemberBlocked
    if member["status"] != "active":
        raise MemberArchived


@dataclass(frozen=True, slots=True)
class Present:
    """Who goes on for a member, the same one unless they were merged, and that one's status."""

    id: UUID
    status: str


async def lock_present(work: Work, member_ids: Collection[UUID]) -> dict[UUID, Present]:
    """Return who these members are at present; unknown ids are left out.

    Until the transaction ends none of them is merged, parted, blocked, archived or erased; what is
    merely changed about them may change. Whoever does any of these locks all rows of a person.
    """
    if not member_ids:
        return {}
    ids = sorted(set(member_ids))
    await work.fetch(SQL.lock_members, work.tenant_id, ids)
    # A second look: the first one was planned before it waited for the locks. By `case`, because
    # behind row-level security a `coalesce` is tried on every row of the tenant, not on the index.
    rows = await work.fetch(SQL.find_present, work.tenant_id, ids)
    return {row[0]: Present(row[1], row[2]) for row in rows}


async def lock_persons(work: Work, member_ids: Collection[UUID]) -> dict[UUID, dict[str, Any]]:
    """Return these members and all who were merged into them, by id, locked to be changed."""
    ids, known = sorted(set(member_ids)), -1
    while True:
        rows = await work.fetch(SQL.lock_persons, work.tenant_id, ids)
        # Whoever was merged in while we waited was not there to be seen; ask until nobody is new.
        if len(rows) == known:
            return {row["id"]: dict(row) for row in rows}
        known = len(rows)


async def get_facts(
    work: Work, member_ids: Sequence[UUID], *, lock: bool = False
) -> dict[UUID, dict[str, Any]]:
    """Return what rules may know of these members, by id.

    With `lock` nobody else changes what is read until the transaction ends, so that two purchases
    at once are not both the first.
    """
    if lock:
        await work.fetch(SQL.lock_for_facts, work.tenant_id, list(member_ids))
    rows = await work.fetch(f"{SQL.members} and m.id = any($2)", work.tenant_id, list(member_ids))
    return {row["id"]: dict(row) for row in rows}


def facts_call(work: Work, member_ids: Iterable[UUID]) -> Call:
    """Return what locks these members and tells what rules may know of them; see `read_facts`."""
    return "laurels.lock_member_facts", (work.tenant_id, sorted(set(member_ids)))


def read_facts(rows: Sequence[asyncpg.Record]) -> dict[UUID, dict[str, Any]]:
    """Return what rules may know of members, by id, as the call of `facts_call` has found it."""
    facts_by_member: dict[UUID, dict[str, Any]] = {
        row[0]: dict(zip(_FACTS, row[1:], strict=True)) for row in rows
    }
    for facts in facts_by_member.values():
        facts["attributes"] = orjson.loads(facts["attributes"])
    return facts_by_member


_FACTS = tuple("external_id status birthday enrolled_at attributes purchases spend".split())


async def enrolled_since(work: Work, member_ids: Sequence[UUID]) -> dict[UUID, datetime]:
    """Return since when these are members."""
    rows = await work.fetch(SQL.find_enrolled, work.tenant_id, list(member_ids))
    return {row[0]: row[1] for row in rows}


MEMBERS = Listing(
    moment="m.updated_at",
    happened="Profile or status last changed",
    sorts={
        "created_at": None,
        "updated_at": at("m.updated_at"),
        "name": Key("m.name_key", "text"),
        "email": Key("m.email_key", "text"),
    },
    id="m.id",
    words="`name` is the last name, then the first, ignoring accents and capitals.",
)


_CHOSEN = """
  and (
    $2::text is null
    or m.id = (
      select coalesce(x.survivor_id, x.id)
      from laurels.members as x
      where x.tenant_id = $1 and x.external_id = $2
    )
  )
  and (
    $3::text is null or lower(m.email collate "C") = $3
    or m.id in (
      select x.survivor_id
      from laurels.members as x
      where x.tenant_id = $1 and lower(x.email collate "C") = $3 and x.status = 'merged'
    )
  )
  and (
    $6::text is null
    or m.id = (
      select coalesce(x.survivor_id, x.id)
      from laurels.member_identities as i
      inner join laurels.members as x on x.tenant_id = $1 and x.id = i.member_id
      where i.tenant_id = $1 and i.kind = $6 and i.value = $7
    )
  )
  and (
    m.status = $4
    or (
      $4 is null
      and ($2::text is not null or $6::text is not null or $5 or m.status in ('active', 'blocked'))
    )
  )
"""
"""Which of `SQL.members` are listed; see `list_members`."""


Narrowing = Callable[[Work, str, list[Any]], AbstractAsyncContextManager[str]]
"""Says which members `m` a text means, as SQL, for a statement with these values so far.

It stays open while the statement runs.
"""
_NARROWING: dict[str, Narrowing] = {}


def narrow(name: str, narrowing: Narrowing) -> None:
    """Let lists of members be narrowed by something of another room; it checks who may see that."""
    _NARROWING[name] = narrowing


async def list_members(
    work: Work,
    *,
    external_id: str | None = None,
    email: str | None = None,
    identity: str | None = None,
    search: Search | None = None,
    status: str | None = None,
    narrowed: Mapping[str, str | None] | None = None,
    asked: Asked = FIRST_PAGE,
) -> Found[dict[str, Any]]:
    """Return members, usually newest first: by exact external id, e-mail or other identity
    (`kind:value`), or by parts of words.

    The words of a search (`finding.search`) come in any order, accents and capitals aside; those of
    one or two characters begin what they are found in. Without a status: those in sight (active or
    blocked), and whoever an exact external id or identity means, whatever they are; the ids of a
    merged member mean the survivor. Who asks what changed since a moment hears of every status, or
    would miss those who left. `narrowed`: what of other rooms narrows it, by name.
    """
    async with chosen(
        work,
        external_id=external_id,
        email=email,
        identity=identity,
        search=search,
        status=status,
        changed=asked.since is not None,
        narrowed=narrowed or {},
    ) as (conditions, values):
        return await MEMBERS.fetch(work, asked, f"{SQL.members}{conditions}", *values)


@asynccontextmanager
async def chosen(
    work: Work,
    *,
    external_id: str | None,
    email: str | None,
    identity: str | None,
    search: Search | None,
    status: str | None,
    changed: bool,
    narrowed: Mapping[str, str | None],
) -> AsyncGenerator[tuple[str, list[Any]]]:
    """Yield the conditions on members `m` that say who is listed, and the values from `$1` on."""
    conditions = _CHOSEN
    values: list[Any] = [
        work.tenant_id,
        external_id,
        None if email is None else fold(email),
        status,
        changed,
        *(identity.split(":", 1) if identity else (None, None)),
    ]
    if search is not None and not search.is_wide:
        conditions += " and m.id = any($8::uuid[])"
        values.append([*search.found, *search.led])
    elif search is not None:
        # Of so many, a page is soon full when the list is read in its order. What `coalesce` hides
        # from the planner it takes for half of all; as `like` it would be taken for a few, and all
        # that are found would be read and sorted.
        conditions += """
          and coalesce(
            m.search_key like all($8::text[]) or m.search_key like $9::text
            or m.id = any($10::uuid[]), false
          )
        """
        values += [search.patterns, search.telephone, list(search.led)]
    async with AsyncExitStack() as held:
        for name, text in narrowed.items():
            if text is not None:
                sql = await held.enter_async_context(_NARROWING[name](work, text, values))
                conditions += f" and {sql}"
        yield conditions, values


BORN = "(extract(month from birthday) * 100 + extract(day from birthday))::integer"
"""The day of the year on which a member was born: 229 is February 29."""


async def list_born_on(
    work: Work, days: Sequence[int], *, after: UUID | None, limit: int
) -> list[dict[str, Any]]:
    """Return active members who were born on these days of the year (`month * 100 + day`).

    With the day itself, and since when it is known; by id.
    """
    sql = f"""
        select id, birthday, enrolled_at, coalesce(birthday_known_at, enrolled_at) as known_at
        from laurels.members
        where tenant_id = $1 and {BORN} = any($2) and birthday is not null and status = 'active'
          and ($3::uuid is null or id > $3)
        order by id
        limit $4
    """
    rows = await work.fetch(sql, work.tenant_id, list(days), after, limit)
    return [dict(row) for row in rows]


async def find_by_email(work: Work, emails: Sequence[str]) -> dict[str, UUID]:
    """Return the ids of members in sight by their e-mails, folded.

    The e-mail that a merged member had means the survivor, unless somebody has it now.
    """
    wanted = sorted({fold(email) for email in emails})
    if not wanted:
        return {}
    rows = await work.fetch(SQL.find_by_email, work.tenant_id, wanted)
    ids = {row[0]: row[1] for row in rows}
    present = await lock_present(work, list(ids.values()))
    return {mail: present[member_id].id for mail, member_id in ids.items()}


async def find_by_identity(work: Work, kind: str, values: Sequence[str]) -> dict[str, UUID]:
    """Return the ids of the members who are known by these identities of a kind.

    What a merged member was known by means the survivor.
    """
    rows = await work.fetch(SQL.find_by_identity, work.tenant_id, kind, list(values))
    present = await lock_present(work, [row[1] for row in rows])
    return {row[0]: present[row[1]].id for row in rows}


async def find_by_anything(work: Work, texts: Sequence[str]) -> dict[str, frozenset[UUID]]:
    """Return the ids of the members who are known by these, whatever kind of identifier each is.

    An external id comes before an e-mail, that before other identities (of any kind, or
    `kind:value`), and last comes the e-mail of somebody who was merged. Several: the same number
    is known of several people. Our own ids are understood, too.
    """
    said = sorted(set(texts))
    if not said:
        return {}
    pairs = [text.partition(":") for text in said]
    rows = await work.fetch(
        SQL.find_by_anything,
        work.tenant_id,
        said,
        [fold(text) for text in said],
        [kind for kind, _, _ in pairs],
        [value for _, _, value in pairs],
    )
    found: dict[str, tuple[int, set[UUID]]] = {}
    for text, place, member_id in rows:
        best, ids = found.setdefault(text, (place, set()))
        if place < best:
            found[text] = (place, {member_id})
        elif place == best:
            ids.add(member_id)
    known = {text: frozenset(ids) for text, (_, ids) in found.items()}
    for text in said:
        if text not in known:
            with suppress(ValueError):
                known[text] = frozenset({decode("member", text)})
    return known


async def walk(work: Work, *, after: UUID | None, limit: int) -> list[dict[str, Any]]:
    """Return the next active members from above the id `after`, the oldest first."""
    sql = f"{SQL.members} and m.status = 'active' and m.id > $2 order by m.id limit $3"
    rows = await work.fetch(sql, work.tenant_id, after or FIRST, limit)
    return [dict(row) for row in rows]


async def count_active(work: Work) -> int:
    """Return how many members are active."""
    row = await work.fetchrow(SQL.count_active, work.tenant_id)
    return row[0] if row else 0
