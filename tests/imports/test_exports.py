"""Exports: what goes out comes back in as it was; one moment, one tenant, nothing computed."""

import asyncio
import csv
import io
from datetime import date, timedelta
from functools import partial

import httpx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from typer.testing import CliRunner

from laurels import auth, imports, ledger, members
from laurels.cli.main import app
from laurels.config import settings as process_settings
from laurels.imports import exporting, streaming
from laurels.imports.cells import bare, guard
from laurels.kit.errors import AppError, Unauthenticated
from laurels.kit.values.text import check_line
from laurels.kit.values.time import utc_now
from laurels.kit.work import OPERATOR
from laurels.permissions import Permission
from tests.support.application import application
from tests.support.make import House, make_tenant
from tests.support.waiting import until

from .conftest import Desk, summary


async def written(house: House, kind: str) -> str:
    """The text of an export."""
    async with imports.export(house.database, house.tenant.id, kind, actor=OPERATOR) as pages:
        return b"".join([page async for page in pages]).decode()


def rows_of(text: str) -> list[dict[str, str]]:
    """The rows of a CSV text by column."""
    return list(csv.DictReader(io.StringIO(text, newline="")))


# -- there and back ------------------------------------------------------------------------------


def is_line(text: str) -> bool:
    """Tell whether the doors take these words as they are."""
    try:
        return check_line(text) == text
    except ValueError:
        return False


texts = st.text(
    st.characters(codec="utf-8", exclude_categories=["Cc"], exclude_characters="\ufffd"),
    min_size=1,
    max_size=12,
).filter(lambda text: text == text.strip() and is_line(text))
moves = st.one_of(
    st.tuples(st.just("credit"), st.integers(1, 500), st.integers(0, 60)),
    st.tuples(st.just("lasting"), st.integers(1, 500), st.integers(0, 60)),
    st.tuples(st.just("debit"), st.integers(1, 400), st.integers(0, 60)),
    st.tuples(st.just("take back"), st.integers(1, 3), st.integers(0, 60)),
)
people = st.lists(
    st.tuples(
        st.fixed_dictionaries(
            {},
            optional={
                "email": st.integers(0, 10**9).map(lambda n: f"P{n}@example.com"),
                "first_name": texts,
                "last_name": texts,
                "phone": st.sampled_from(["+43 1 234", "-7", "@home"]),
                "birthday": st.dates(date(1900, 1, 1), date(2020, 1, 1)),
                "sms_opt_in": st.booleans(),
                "attributes": st.dictionaries(texts, st.one_of(texts, st.booleans()), max_size=3),
            },
        ),
        st.lists(moves, max_size=6),
    ),
    min_size=1,
    max_size=5,
)


async def live(house: House, lives) -> None:
    """Members with these profiles, to whom this happened."""
    now = utc_now()
    for number, (profile, happened) in enumerate(lives):
        house.now = now - timedelta(days=70)
        async with house.work() as work:
            by_mail = number % 3 == 2 and "email" in profile
            who = {} if by_mail else {"external_id": f"={number}"}
            try:
                made = await members.upsert(work, who | profile, historical=True)
            except AppError:
                continue  # two people with one address
            await ledger.open_wallets(work, [made.id])
        earned = []
        for kind, points, days in sorted(happened, key=lambda move: move[2]):
            house.now = now - timedelta(days=60 - days)
            async with house.work() as work:
                await move(work, made.id, kind, points, earned)
    house.now = now


async def move(work, member_id, kind, points, earned) -> None:
    """One thing that happens to a wallet; what cannot be does not."""
    who = {"member_id": member_id}
    try:
        if kind in {"credit", "lasting"}:
            until = work.now + timedelta(days=900) if kind == "lasting" else None
            posted = await ledger.credit(
                work, ledger.Credit(**who, points=points, expires_at=until)
            )
            earned.append(posted.transaction.id)
        elif kind == "debit":
            await ledger.debit(work, ledger.Debit(**who, points=points))
        elif earned:
            taken = earned.pop(min(points, len(earned)) - 1)
            await ledger.reverse(work, ledger.Reversal(**who, transaction_id=taken))
    except AppError:
        return


async def picture(house: House) -> tuple[list, list, list]:
    """Everything that an export is to carry: profiles, balances, portions with their dates."""
    async with house.work() as work:
        named = {each["id"]: each for each in await members.walk(work, after=None, limit=500)}
        portions, _ = await ledger.list_portions(work, after=None, limit=500)
        wallets = await work.fetch(
            "select member_id, available, pending, debt, lifetime_earned, lifetime_redeemed,"
            " lifetime_expired from laurels.wallets where tenant_id = $1",
            work.tenant_id,
        )
    kept = (*imports.EXPORTS["members"].columns, "status")

    def who(member_id) -> str:
        return named[member_id]["external_id"] or named[member_id]["email"]

    return (
        sorted([str({name: each[name] for name in kept}) for each in named.values()]),
        sorted([(who(row[0]), *row[1:]) for row in wallets]),
        sorted(
            [
                (who(p.member_id), p.program, p.points, p.earned_at if p.lot_id else None,
                 p.matures_at, p.expires_at)
                for p in portions if p.points
            ],
            key=str,
        ),
    )  # fmt: skip


@settings(
    max_examples=10,
)  # fmt: skip
@given(lives=people)
async def test_a_fresh_tenant_that_reads_the_files_has_the_same(database, tmp_path, lives):
    old, new = await make_tenant(database), await make_tenant(database)
    for house in (old, new):
        async with house.work() as work:
            await work.fetch(
                "update laurels.programs set name = 'P', maturity_days = 20, expiry_days = 45"
                " where tenant_id = $1",
                work.tenant_id,
            )
    await live(old, lives)
    desk = Desk(new, tmp_path)

    for kind, activity in (
        ("members", imports.import_members), ("balances", imports.import_balances),
    ):  # fmt: skip
        text = await written(old, kind)
        report = await desk.load(desk.file(text, f"{kind}.csv"), activity=activity)
        assert (report.rejected, report.booked) == (0, len(rows_of(text))), report.first_rejections
        again = await desk.load(desk.file(text, f"{kind}.csv"), activity=activity)
        assert summary(again) == (report.read, 0, report.read, 0)

    new.now = old.now
    for house in (old, new):
        async with house.work() as work:
            await ledger.apply_due_lots(work)
    assert await picture(new) == await picture(old)
    for house in (old, new):
        async with house.work() as work:
            assert await ledger.find_faults(work) == []
            assert await ledger.rebuild(work) == 0


async def test_held_points_come_as_free_ones_in_their_lots_and_a_debt_stays_one(desk):
    house = desk.house
    house.now = utc_now()
    await house.program(expiry_days=100)
    holder, debtor = await house.member(external_id="h"), await house.member(external_id="d")
    async with house.work() as work:
        await ledger.credit(work, ledger.Credit(member_id=holder, points=100))
        await ledger.hold(work, ledger.HoldPoints(member_id=holder, points=30))
        posted = await ledger.credit(work, ledger.Credit(member_id=debtor, points=50))
        await ledger.debit(work, ledger.Debit(member_id=debtor, points=50))
        await ledger.reverse(
            work,
            ledger.Reversal(member_id=debtor, transaction_id=posted.transaction.id),
        )

    rows = rows_of(await written(house, "balances"))

    assert [(row["member"], row["points"]) for row in rows] == [("h", "100"), ("d", "-50")]
    assert rows[0]["matures_at"] == "now"
    assert rows[1]["external_id"].endswith("-owed")
    assert (rows[1]["expires_at"], rows[1]["lifetime_redeemed"]) == ("", "")


async def test_archived_members_are_left_out_and_nameless_ones_are_called_by_our_id(client, desk):
    made = [
        (await client.post("/v1/members", json=known_by)).json()["id"]
        for known_by in (
            {"external_id": "stays"},
            {"external_id": "goes"},
            {"identities": {"card": "X"}},
        )
    ]
    await client.delete(f"/v1/members/{made[1]}")

    rows = rows_of(await written(desk.house, "members"))

    assert [row["external_id"] for row in rows] == ["stays", made[2]]


async def test_an_export_is_of_one_moment_whoever_writes_meanwhile(desk, monkeypatch):
    monkeypatch.setattr(exporting, "PAGE", 2)
    for number in range(5):
        await desk.house.member(external_id=f"m{number}", balance=10)
    house, seen = desk.house, []

    async with imports.export(
        house.database, house.tenant.id, "balances", actor=OPERATOR,
        on_progress=lambda *figures: seen.append(figures),
    ) as pages:  # fmt: skip
        text = (await anext(pages)).decode()
        await house.member(external_id="late", balance=99)
        async for page in pages:
            text += page.decode()

    assert [row["points"] for row in rows_of(text)] == ["10"] * 5
    assert seen == [(2, 5, 2), (4, 5, 4), (5, 5, 5)]


# -- cells ---------------------------------------------------------------------------------------


@given(st.text())
def test_a_guarded_cell_is_no_formula_and_comes_back_as_it_was(text):
    shown = guard(text)

    assert not shown.startswith(("=", "+", "-", "@", "\t", "\r", "\n"))
    assert bare(shown) == text


async def test_what_looks_like_a_formula_is_harmless_in_the_file(desk):
    await desk.house.member(external_id="=cmd|' /C calc'!A0", first_name="x")

    (row,) = rows_of(await written(desk.house, "members"))

    assert row["external_id"] == "'=cmd|' /C calc'!A0"


# -- doors ---------------------------------------------------------------------------------------


async def test_exports_are_sent_over_http_and_noted(client, desk):
    await desk.house.member(external_id="anna", balance=10)

    answer = await client.get("/v1/exports/balances")

    assert answer.status_code == 200
    assert answer.headers["content-type"].startswith("text/csv")
    assert 'filename="balances.csv"' in answer.headers["content-disposition"]
    assert [row["points"] for row in rows_of(answer.text)] == ["10"]
    (entry,) = await desk.fetch(
        "select action, target_id, actor_type from laurels.audit_log"
        " where tenant_id = $1 and action = 'imports.exported'"
    )
    assert tuple(entry) == ("imports.exported", "balances", "api_key")
    assert (await client.get("/v1/exports/wallets")).status_code == 422


async def test_a_key_needs_the_right_and_sees_its_own_tenant_alone(desk, database):
    await desk.house.member(external_id="mine")
    other = await make_tenant(database)
    async with other.work() as work:
        able = await auth.create_key(
            work, name="e", test=False, scopes=["imports:read", "members:read"]
        )
        unable = await auth.create_key(work, name="m", test=False, scopes=["members:read"])
    transport = httpx.ASGITransport(app=application(database))
    async with httpx.AsyncClient(transport=transport, base_url="http://laurels.test") as outside:
        answers = [
            await outside.get("/v1/exports/members", headers={"Authorization": f"Bearer {key.key}"})
            for key in (able, unable)
        ]

    assert [answer.status_code for answer in answers] == [200, 403]
    assert rows_of(answers[0].text) == []


async def test_one_export_at_a_time_and_the_seat_is_free_when_it_is_over(client, desk, database):
    exports = imports.Exports(database, auth.KeyAuthenticator())
    stream = partial(
        exports.stream, desk.house.tenant.id, "members", OPERATOR, token="", permissions=()
    )
    first = stream()

    with pytest.raises(AppError, match="simultaneous exports"):
        stream()
    for _ in range(streaming.AT_ONCE + 1):
        assert (await client.get("/v1/exports/members")).status_code == 200
    del first
    assert stream()


async def test_an_export_ends_with_the_key_that_asked_for_it(desk, database, monkeypatch):
    monkeypatch.setattr(streaming, "KEY_CHECK_SECONDS", 0)
    house = desk.house
    await house.member(external_id="anna")
    async with house.work() as work:
        made = await auth.create_key(work, name="export", test=False)
    stream = imports.Exports(database, auth.KeyAuthenticator()).stream(
        house.tenant.id, "members", OPERATOR, token=made.key, permissions=(Permission.MEMBERS_READ,)
    )
    sent = []

    async def send(message):
        sent.append(message)
        if message.get("body"):
            async with house.work() as work:
                await auth.revoke_key(work, made.id)

    async def receive():
        return await asyncio.Event().wait()

    with pytest.raises(Unauthenticated):
        await stream({"type": "http", "asgi": {"spec_version": "2.3"}}, receive, send)
    assert len([message for message in sent if message.get("body")]) == 1
    assert not any(b"anna" in message.get("body", b"") for message in sent)


async def test_a_client_that_reads_too_slowly_is_cut_off_and_the_connection_comes_back(
    desk, database, monkeypatch
):
    monkeypatch.setattr(streaming, "MAX_SECONDS", 0.2)
    stream = imports.Exports(database, auth.KeyAuthenticator()).stream(
        desk.house.tenant.id, "members", OPERATOR, token="", permissions=()
    )

    async def send(message):
        if message.get("body"):
            await asyncio.Event().wait()

    async def receive():
        return await asyncio.Event().wait()

    async def nobody_is_left():
        return not await desk.fetch(
            "select 1 from pg_stat_activity where state = 'idle in transaction'"
            " and query not like '%pg_stat_activity%' and datname = current_database()"
            " and $1::uuid is not null"
        )

    with pytest.raises(TimeoutError):
        await stream({"type": "http", "asgi": {"spec_version": "2.3"}}, receive, send)
    await until(nobody_is_left)


@pytest.fixture
def command(desk, app_url, monkeypatch):
    """Run `laurels …` on the house's tenant; return the result."""
    monkeypatch.setenv("LAURELS_DATABASE_URL", app_url)
    monkeypatch.setenv("LAURELS_DATA_DIR", str(desk.folder / "data"))
    process_settings.cache_clear()

    def run(*words):
        slug = desk.house.tenant.slug
        return CliRunner().invoke(app, [*map(str, words), "--tenant", slug])

    yield run
    process_settings.cache_clear()


def test_the_command_writes_a_whole_file_that_is_nobody_elses(desk, command):
    command("import", "members", desk.file("external_id\nanna\n"))
    to = desk.folder / "people.csv"

    first, second = (command("export", "members", "--to", to) for _ in range(2))

    assert first.exit_code == 0, first.output
    assert "1 rows" in first.stdout
    assert (to.stat().st_mode & 0o777) == 0o600
    assert [row["external_id"] for row in rows_of(to.read_text())] == ["anna"]
    assert not to.with_name("people.csv.part").exists()
    assert second.exit_code == 1
    assert "already exists" in second.stderr
    assert command("export", "members", "--to", desk.folder / "no" / "x.csv").exit_code == 1
