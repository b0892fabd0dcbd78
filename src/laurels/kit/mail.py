"""Mail: well-formed messages, handed in at an SMTP server or written into a folder.

Where no server is configured a mail becomes a file `.eml` in the folder `mail` of the data folder,
so that everything works on a machine of one's own. Mail may hold secrets: only the
account that runs Laurels can read the folder. Nothing of a mail is ever logged but its subject.
"""

import asyncio
import contextlib
import logging
import os
import smtplib
import socket
import ssl
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from email import message_from_bytes, policy
from email.message import EmailMessage
from email.utils import format_datetime, formataddr, make_msgid, parseaddr
from functools import lru_cache
from html import escape
from ipaddress import ip_address
from pathlib import Path
from typing import Any, Literal, TypeVar, cast
from urllib.parse import SplitResult, parse_qs, unquote, urlsplit

from laurels.config import Settings, settings

from .values.ids import new_id
from .values.time import utc_now

log = logging.getLogger("laurels.mail")

TIMEOUT_SECONDS = 15.0
"""How long a server may take to answer one command."""
MAX_AT_ONCE = 8
"""How many mails one process hands in side by side."""
MAX_FILES = 500
"""Mails that the folder keeps; the oldest go first."""
Tls = Literal["required", "auto", "never"]


class MailFailed(Exception):
    """A mail could not be handed in; says why, without what it holds.

    Trying later may help, unless it is `permanent`.
    """

    def __init__(self, words: str, *, permanent: bool = False) -> None:
        """Say why."""
        super().__init__(words)
        self.permanent = permanent


@dataclass(frozen=True, slots=True)
class Mail:
    """A short mail to one person: paragraphs, and where it leads to."""

    to: str
    subject: str
    paragraphs: tuple[str, ...]
    link: str | None = None
    link_text: str = "Open"
    name: str = ""


@dataclass(frozen=True, slots=True)
class Server:
    """An SMTP server, as `LAURELS_SMTP_URL` names it."""

    host: str
    port: int
    user: str | None
    password: str | None
    implicit_tls: bool
    tls: Tls

    @classmethod
    def at(cls, url: str) -> "Server":
        """Return the server of a URL. Raise ValueError, without the password, for what is none."""
        parts = urlsplit(url)
        if parts.scheme not in {"smtp", "smtps"} or not parts.hostname:
            msg = "LAURELS_SMTP_URL reads smtp://name:password@host:587 or smtps://…"
            raise ValueError(msg)
        return cls(
            host=parts.hostname,
            port=parts.port or (465 if parts.scheme == "smtps" else 587),
            user=unquote(parts.username) if parts.username else None,
            password=unquote(parts.password) if parts.password else None,
            implicit_tls=parts.scheme == "smtps",
            tls=_tls_of(parts),
        )


def _tls_of(parts: SplitResult) -> Tls:
    mode = parse_qs(parts.query).get("tls", [""])[0]
    if mode in {"required", "auto", "never"}:
        return cast("Tls", mode)
    if mode:
        msg = "LAURELS_SMTP_URL: `tls` is required, auto or never"
        raise ValueError(msg)
    # A password or a stranger's machine: nothing goes there in the clear unless told so.
    return "auto" if _is_here(parts.hostname or "") and not parts.username else "required"


def _is_here(host: str) -> bool:
    try:
        return host == "localhost" or ip_address(host).is_loopback
    except ValueError:
        return False


async def send(mail: Mail, found: Settings | None = None, *, reference: str | None = None) -> None:
    """The mail is with the server, or in the folder where there is none. Raise MailFailed.

    With a reference its `Message-ID` is the same each time, so that a mail that was handed in twice
    can be recognised.
    """
    given = found or settings()
    message = compose(mail, given.mail_from, reference)
    if given.smtp_url is None:
        file = await asyncio.to_thread(_write, message, folder_of(given))
        log.info("a mail (%s) lies in %s", mail.subject, file)
        return
    server = Server.at(given.smtp_url.get_secret_value())
    await _in_a_thread(message, server)
    log.info("a mail (%s) was handed in at %s", mail.subject, server.host)


async def _in_a_thread(message: EmailMessage, server: Server) -> None:
    """Hand the mail in, in a thread of its own: a slow server holds none that others wait for.

    When whoever waits gives up, the connection is cut, and the thread ends.
    """
    sessions: list[smtplib.SMTP] = []
    handing_in = asyncio.get_running_loop().run_in_executor(
        _threads(), _hand_in, message, server, sessions
    )
    try:
        await handing_in
    except asyncio.CancelledError:
        for session in sessions:
            if session.sock is not None:
                with contextlib.suppress(OSError):
                    session.sock.shutdown(socket.SHUT_RDWR)
        raise


@lru_cache(maxsize=1)
def _threads() -> ThreadPoolExecutor:
    return ThreadPoolExecutor(MAX_AT_ONCE, "laurels-mail")


def compose(mail: Mail, sender: str, reference: str | None = None) -> EmailMessage:
    """Return the message: plain text, and the same in simple HTML."""
    name, address = parseaddr(sender)
    message = EmailMessage(policy=policy.SMTP)
    message["From"] = formataddr((name, address))
    message["To"] = formataddr((_one_line(mail.name), mail.to))
    message["Subject"] = _one_line(mail.subject)
    message["Date"] = format_datetime(utc_now())
    domain = address.rpartition("@")[2] or "localhost"
    message["Message-ID"] = f"<{reference}@{domain}>" if reference else make_msgid(domain=domain)
    # No holiday notes and no read receipts in return (RFC 3834).
    message["Auto-Submitted"] = "auto-generated"
    parts = [*mail.paragraphs, *([f"{mail.link_text}:\n{mail.link}"] if mail.link else [])]
    message.set_content("\n\n".join(parts) + "\n", cte="quoted-printable")
    message.add_alternative(_html(mail), subtype="html", cte="quoted-printable")
    return message


def _one_line(text: str) -> str:
    return " ".join(text.split())


def _html(mail: Mail) -> str:
    body = "".join(f"<p>{escape(paragraph)}</p>" for paragraph in mail.paragraphs)
    if mail.link:
        link = escape(mail.link, quote=True)
        body += f'<p><a href="{link}">{escape(mail.link_text)}</a></p><p>{link}</p>'
    style = "font-family:sans-serif;max-width:36em;line-height:1.5"
    return (
        f'<!doctype html><html lang="en"><head><meta charset="utf-8"><title>'
        f'{escape(mail.subject)}</title></head><body style="{style}">{body}</body></html>\n'
    )


def _hand_in(message: EmailMessage, server: Server, sessions: list[smtplib.SMTP]) -> None:
    """Give the message to the server, once. Raise MailFailed, in words."""
    try:
        with _connect(server, sessions) as session:
            if server.user is not None:
                session.login(server.user, server.password or "")
            session.send_message(message)
    except smtplib.SMTPAuthenticationError as error:
        msg = f"{server.host} does not take the name and password of LAURELS_SMTP_URL"
        raise MailFailed(f"{msg} ({error.smtp_code})") from None
    except smtplib.SMTPRecipientsRefused as error:
        codes = sorted({code for code, _ in error.recipients.values()})
        text = ", ".join(map(str, codes))
        msg = f"{server.host} refused the recipient ({text})"
        raise MailFailed(msg, permanent=all(500 <= code < 600 for code in codes)) from None
    except smtplib.SMTPNotSupportedError:
        msg = f"{server.host} does not offer what is needed: TLS, or a way to log in"
        raise MailFailed(msg) from None
    except smtplib.SMTPResponseException as error:
        msg = f"{server.host} refused the mail ({error.smtp_code})"
        raise MailFailed(
            msg, permanent=isinstance(error, smtplib.SMTPDataError) and 500 <= error.smtp_code < 600
        ) from None
    except (OSError, smtplib.SMTPException) as error:
        # A server's own words may quote addresses.
        raise MailFailed(f"{server.host} cannot be reached: {type(error).__name__}") from None


def _connect(server: Server, sessions: list[smtplib.SMTP]) -> smtplib.SMTP:
    context = ssl.create_default_context()
    if server.implicit_tls:
        secure = _noted(smtplib.SMTP_SSL, sessions)
        return secure(server.host, server.port, timeout=TIMEOUT_SECONDS, context=context)
    session = _noted(smtplib.SMTP, sessions)(server.host, server.port, timeout=TIMEOUT_SECONDS)
    try:
        session.ehlo()
        if server.tls == "required" or (server.tls == "auto" and session.has_extn("starttls")):
            session.starttls(context=context)
            session.ehlo()
    except BaseException:
        session.close()
        raise
    return session


S = TypeVar("S", bound=smtplib.SMTP)


def _noted(kind: type[S], sessions: list[smtplib.SMTP]) -> type[S]:
    """Return the kind of session that is among these before it connects."""

    def connect(self: S, *where: Any) -> tuple[int, bytes]:
        sessions.append(self)
        return kind.connect(self, *where)

    return cast("type[S]", type("Noted", (kind,), {"connect": connect}))


# -- the folder ----------------------------------------------------------------------------------


def folder_of(found: Settings) -> Path:
    """Return where mails lie that no server takes."""
    return found.data_dir.expanduser() / "mail"


def _write(message: EmailMessage, folder: Path) -> Path:
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    file = folder / f"{utc_now():%Y%m%dT%H%M%S}-{new_id()}.eml"
    handle = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "wb") as target:
        target.write(message.as_bytes())
    for old in sorted(folder.glob("*.eml"))[:-MAX_FILES]:
        # Another process may have been quicker.
        with contextlib.suppress(FileNotFoundError):
            old.unlink()
    return file


def lying(found: Settings) -> list[tuple[str, EmailMessage]]:
    """Return the mails of the folder with their names, the newest first."""
    folder = folder_of(found)
    files = sorted(folder.glob("*.eml"), reverse=True) if folder.is_dir() else []
    return [
        (file.stem, message_from_bytes(file.read_bytes(), policy=policy.SMTP)) for file in files
    ]
