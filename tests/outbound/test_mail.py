"""Mail leaves by the queue: not within a transaction, with a stable id, dead letters in sight."""

import asyncio
from email import message_from_bytes, policy

import asyncpg
import pytest
from aiosmtpd.controller import Controller

from laurels import auth, events, outbound
from laurels.config import settings
from laurels.kit.values.ids import encode
from laurels.outbound import mail_template
from laurels.outbound import providers as mailing
from tests.support.make import make_tenant
from tests.support.people import fresh_email, mails_to, told
from tests.support.waiting import until

from .conftest import messages, until_over, working


class Server:
    """An SMTP server that says what a test wants."""

    def __init__(self):
        self.mails = []
        self.says = "250 OK"

    async def handle_RCPT(  # noqa: N802 - the library's name
        self, server, session, envelope, address, options
    ):
        if address.startswith("nobody"):
            return "550 no such mailbox"
        if address.startswith("later"):
            return "450 try again later"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server, session, envelope):  # noqa: N802 - the library's name
        self.mails.append(message_from_bytes(envelope.content, policy=policy.default))
        return self.says


@pytest.fixture
def smtp(monkeypatch, unused_tcp_port_factory):
    """The mail server of the installation."""
    server, port = Server(), unused_tcp_port_factory()
    controller = Controller(server, hostname="127.0.0.1", port=port)
    controller.start()
    monkeypatch.setenv("LAURELS_SMTP_URL", f"smtp://127.0.0.1:{port}")
    settings.cache_clear()
    yield server
    controller.stop()
    monkeypatch.undo()
    settings.cache_clear()


@pytest.fixture
async def dawdling(monkeypatch):
    """A mail server that greets a byte at a time and never comes to an end."""
    open_now = set()

    async def drip(reader, writer):
        open_now.add(writer)
        try:
            while True:
                writer.write(b"2")
                await writer.drain()
                await asyncio.sleep(0.05)
        except (ConnectionError, OSError):
            pass
        finally:
            open_now.discard(writer)
            writer.close()

    server = await asyncio.start_server(drip, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    monkeypatch.setenv("LAURELS_SMTP_URL", f"smtp://127.0.0.1:{port}")
    settings.cache_clear()
    yield open_now
    server.close()
    monkeypatch.undo()
    settings.cache_clear()


async def transactions(owner_url):
    """How many transactions others have open."""
    owner = await asyncpg.connect(owner_url)
    try:
        return await owner.fetchval(
            "select count(*) from pg_stat_activity where datname = current_database()"
            " and state like 'idle in transaction%' and pid <> pg_backend_pid()"
        )
    finally:
        await owner.close()


def mail(**how):
    """A provider of mail that does not wait for long."""
    found = outbound.MailProvider()
    for name, value in {"delays": (0.02,), "max_destinations": 500, **how}.items():
        setattr(found, name, value)
    return found


async def invite(house, name="anna"):
    """Invite somebody; return their address."""
    email = fresh_email(name)
    async with house.work() as work:
        await auth.invite(work, email=email, role=auth.Role.OWNER)
    return email


async def test_an_invitation_is_in_the_queue_without_address_or_link(house, smtp):
    email = await invite(house)
    async with house.work() as work:
        (row,) = await work.fetch(
            "select m::text from laurels.outbound_messages as m where tenant_id = $1",
            work.tenant_id,
        )
    async with working(house, mail()):
        (message,) = await until_over(house)

    (got,) = smtp.mails
    assert email not in row[0]
    assert "lk_invite" not in row[0]
    assert got["To"] == email
    assert got["Message-ID"].startswith(f"<{encode('outbound_message', message['id'])}@")
    assert (message["channel"], message["type"]) == ("mail", "staff.invitation")
    assert message["subject_id"].startswith("inv_")


async def test_a_mail_that_comes_again_has_the_same_id(house, smtp):
    await invite(house)
    smtp.says = "451 not now"

    async with working(house, mail()):
        (message,) = await until_over(house)

    assert len(smtp.mails) == 2
    assert len({got["Message-ID"] for got in smtp.mails}) == 1
    assert (message["state"], message["last_error"]) == (
        "dead", "127.0.0.1 refused the mail (451)",
    )  # fmt: skip


async def test_an_address_that_is_none_is_a_dead_letter_that_is_shown_and_replayed(
    house, smtp, client
):
    await invite(house, "nobody")
    async with working(house, mail()):
        await until_over(house)

    (dead,) = (await client.get("/v1/outbound-messages?state=dead&channel=mail")).json()["data"]
    async with house.work() as work:
        await work.fetch(
            "update laurels.staff set email = replace(email, 'nobody', 'somebody')"
            " where tenant_id = $1", work.tenant_id,
        )  # fmt: skip
    again = await client.post(f"/v1/outbound-messages/{dead['id']}/replay")
    twice = await client.post(f"/v1/outbound-messages/{dead['id']}/replay")
    async with working(house, mail()):
        await until_over(house)
    one = (await client.get(f"/v1/outbound-messages/{dead['id']}")).json()
    entries = (await client.get("/v1/audit-log?action=outbound.message_replayed")).json()["data"]

    assert dead["last_error"] == "127.0.0.1 refused the recipient (550)"
    assert dead["attempts"] == 1
    assert (again.status_code, twice.status_code) == (202, 409)
    assert twice.json()["code"] == "outbound_message_waiting"
    assert (one["state"], one["attempts"], len(one["log"])) == ("sent", 2, 2)
    assert [entry["target_id"] for entry in entries] == [dead["id"]]
    assert len(smtp.mails) == 1


async def test_who_may_be_reached_later_is_tried_later(house, smtp):
    await invite(house, "later")

    async with working(house, mail(delays=(3600.0,))):

        async def failed():
            return (await messages(house))[0]["last_error"]

        await until(failed)

    assert (await messages(house))[0]["state"] == "waiting"


async def test_what_was_taken_back_in_the_meantime_is_not_sent(house, smtp):
    async with house.work() as work:
        made = await auth.invite(work, email=fresh_email(), role=auth.Role.OWNER)
        await auth.remove(work, made.staff_id)

    async with working(house, mail()):
        (message,) = await until_over(house)

    assert (message["state"], smtp.mails) == ("stopped", [])


async def test_a_slow_mail_server_holds_neither_handlers_nor_others(
    house, database, dawdling, owner_url
):
    """No handler runs while it dawdles, no connection is held, and another channel goes on."""
    other = await make_tenant(database)
    for tenant in (house, other):
        await invite(tenant)
    cut = asyncio.Event()
    provider = mail(delays=())
    send = provider.send

    async def until_cut(database, message):
        sending = asyncio.ensure_future(send(database, message))
        await asyncio.wait(
            [sending, asyncio.ensure_future(cut.wait())], return_when="FIRST_COMPLETED"
        )
        sending.cancel()
        await asyncio.wait([sending])
        raise TimeoutError

    provider.send = until_cut

    async with working(house, provider):

        async def connected():
            return len(dawdling) == 2

        await until(connected)
        while await events.relay_all(database):
            pass
        await events.handling.handle_due(database)
        still_open, held = len(dawdling), await transactions(owner_url)
        cut.set()
        rows = await until_over(house) + await until_over(other)

        async def closed():
            return not dawdling

        # The connections were cut, and no thread is held.
        await until(closed)

    assert (still_open, held) == (2, 0)
    assert [row["last_error"] for row in rows] == ["no answer within 60 seconds"] * 2


async def test_a_letter_that_cannot_be_written_spoils_no_other(house, smtp, monkeypatch):
    monkeypatch.setattr(mailing, "_templates", mailing.mail_templates())

    @mail_template("test.broken", subject="staff_invitation")
    async def broken(work, subject_id):
        msg = "no words"
        raise RuntimeError(msg)

    email = await invite(house)
    async with house.work() as work:
        await outbound.enqueue_mail(work, "test.broken", house.tenant.id)
        await outbound.enqueue_mail(work, "test.unknown", auth.staff.new_id())

    async with working(house, mail()):
        rows = await until_over(house)

    assert [row["state"] for row in rows] == ["sent", "dead", "dead"]
    assert [got["To"] for got in smtp.mails] == [email]


async def test_a_dry_run_sends_nothing(house, smtp):
    async with house.work() as work:
        with pytest.raises(RuntimeError):
            async with work.savepoint():
                await auth.invite(work, email=fresh_email(), role=auth.Role.OWNER)
                raise RuntimeError
    assert await messages(house) == []


async def test_without_a_server_it_lies_in_the_folder(house, tmp_path, monkeypatch):
    monkeypatch.setenv("LAURELS_DATA_DIR", str(tmp_path))
    settings.cache_clear()
    email = await invite(house)
    await told(house)
    monkeypatch.undo()
    settings.cache_clear()

    assert [got["To"] for got in mails_to(tmp_path, email)] == [email]
