"""Mail: well-formed, handed in at a real SMTP server, or written into a folder."""

import datetime as dt
import socket
import ssl
import stat
from email import message_from_bytes, policy
from pathlib import Path

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from pydantic import SecretStr

from laurels.config import Settings
from laurels.kit import mail

LETTER = mail.Mail(
    to="anna@example.com",
    name="Anna Évora",
    subject="You are invited\r\nBcc: everybody@example.com",
    paragraphs=("Grüße <b>&</b> a line that is long. " * 5, "Second paragraph."),
    link="https://shop.example/join#lk_invite_x?a=1&b=2",
    link_text="Accept",
)


class Inbox:
    """Takes what is handed in."""

    def __init__(self, refuse: str | None = None) -> None:
        self.mails: list[bytes] = []
        self.refuse = refuse

    async def handle_DATA(  # noqa: N802 - the library's name
        self, server, session, envelope
    ):
        if self.refuse is not None:
            return self.refuse
        self.mails.append(envelope.content)
        self.secure = session.ssl is not None
        return "250 OK"

    async def handle_RCPT(  # noqa: N802 - the library's name
        self, server, session, envelope, address, options
    ):
        if address.startswith("nobody"):
            return "550 no such mailbox: nobody@example.com"
        envelope.rcpt_tos.append(address)
        return "250 OK"


@pytest.fixture(scope="module")
def certificate(tmp_path_factory) -> Path:
    """A certificate for localhost that signs itself, with its key."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
    now = dt.datetime.now(dt.UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - dt.timedelta(days=1))
        .not_valid_after(now + dt.timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False)
        .sign(key, hashes.SHA256())
    )
    file = tmp_path_factory.mktemp("tls") / "localhost.pem"
    file.write_bytes(
        made.public_bytes(serialization.Encoding.PEM)
        + key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
    )
    return file


@pytest.fixture
def trusted(certificate, monkeypatch):
    """The system trusts the certificate of localhost."""
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))


def check_login(server, session, envelope, mechanism, data):
    good = (data.login, data.password) == (b"laurels", b"p@ss")
    return AuthResult(success=good, handled=False)


@pytest.fixture
def smtp():
    """Start servers; they are stopped when the test is over."""
    running = []

    def start(inbox, certificate=None, *, login=False):
        context = None
        if certificate is not None:
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(certificate)
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port = probe.getsockname()[1]
        controller = Controller(
            inbox, hostname="127.0.0.1", port=port, server_hostname="localhost",
            tls_context=context, require_starttls=context is not None,
            authenticator=check_login if login else None, auth_required=login,
        )  # fmt: skip
        controller.start()
        running.append(controller)
        return port

    yield start
    for controller in running:
        controller.stop()


def settings(url: str | None, folder: Path = Path("/nowhere")) -> Settings:
    return Settings(
        smtp_url=None if url is None else SecretStr(url), data_dir=folder,
        mail_from="Läurels <hello@shop.example>",
    )  # fmt: skip


async def test_a_mail_is_handed_in_by_starttls_with_a_login(smtp, certificate, trusted):
    inbox = Inbox()
    port = smtp(inbox, certificate, login=True)

    await mail.send(LETTER, settings(f"smtp://laurels:p%40ss@localhost:{port}"))

    assert len(inbox.mails) == 1
    assert inbox.secure


async def test_a_mail_is_well_formed(smtp):
    inbox = Inbox()
    port = smtp(inbox)

    await mail.send(LETTER, settings(f"smtp://127.0.0.1:{port}"))

    (raw,) = inbox.mails
    assert max(len(line) for line in raw.split(b"\r\n")) <= 998
    assert raw.isascii()
    got = message_from_bytes(raw, policy=policy.default)
    assert got.defects == []
    assert got["To"] == "Anna Évora <anna@example.com>"
    assert got["From"] == "Läurels <hello@shop.example>"
    # A line break in what others wrote makes no header.
    assert got["Subject"] == "You are invited Bcc: everybody@example.com"
    assert got["Bcc"] is None
    assert got["Message-ID"].endswith("@shop.example>")
    assert got["Date"] is not None
    assert got["Auto-Submitted"] == "auto-generated"
    text = got.get_body(("plain",)).get_content()
    html = got.get_body(("html",)).get_content()
    assert "Grüße <b>&</b>" in text
    assert "https://shop.example/join#lk_invite_x?a=1&b=2" in text
    assert "Grüße &lt;b&gt;&amp;&lt;/b&gt;" in html
    assert 'href="https://shop.example/join#lk_invite_x?a=1&amp;b=2"' in html


async def test_a_wrong_password_is_told_without_it(smtp, certificate, trusted):
    port = smtp(Inbox(), certificate, login=True)

    with pytest.raises(mail.MailFailed) as failed:
        await mail.send(LETTER, settings(f"smtp://laurels:wrong-one@localhost:{port}"))

    assert "LAURELS_SMTP_URL" in str(failed.value)
    assert "wrong-one" not in str(failed.value)


async def test_a_server_that_nobody_vouches_for_gets_nothing(smtp, certificate):
    inbox = Inbox()
    port = smtp(inbox, certificate, login=True)

    with pytest.raises(mail.MailFailed, match="cannot be reached"):
        await mail.send(LETTER, settings(f"smtp://laurels:p%40ss@localhost:{port}"))

    assert inbox.mails == []


async def test_a_password_never_goes_out_in_the_clear(smtp):
    inbox = Inbox()
    port = smtp(inbox)

    with pytest.raises(mail.MailFailed, match="TLS"):
        await mail.send(LETTER, settings(f"smtp://laurels:p%40ss@localhost:{port}"))

    assert inbox.mails == []


async def test_what_a_server_refuses_is_told_without_addresses(smtp):
    full = smtp(Inbox(refuse="452 mailbox of anna@example.com is full"))
    here = smtp(Inbox())
    lost = mail.Mail(to="nobody@example.com", subject="x", paragraphs=("y",))

    with pytest.raises(mail.MailFailed, match="452") as later:
        await mail.send(LETTER, settings(f"smtp://127.0.0.1:{full}"))
    with pytest.raises(mail.MailFailed, match="550") as never:
        await mail.send(lost, settings(f"smtp://127.0.0.1:{here}"))
    with pytest.raises(mail.MailFailed, match="cannot be reached"):
        await mail.send(LETTER, settings("smtp://127.0.0.1:9"))

    assert "@" not in f"{later.value}{never.value}"


@pytest.mark.parametrize(
    ("url", "port", "tls", "implicit"),
    [
        ("smtp://mail.example", 587, "required", False),
        ("smtp://a:b@mail.example:2525", 2525, "required", False),
        ("smtps://a:b@mail.example", 465, "required", True),
        ("smtp://localhost:25", 25, "auto", False),
        ("smtp://relay.example?tls=never", 587, "never", False),
    ],
)
def test_what_a_url_says(url, port, tls, implicit):
    found = mail.Server.at(url)

    assert (found.port, found.tls, found.implicit_tls) == (port, tls, implicit)


@pytest.mark.parametrize("url", ["http://x", "smtp://", "smtp://x?tls=maybe", "mail.example"])
def test_other_urls_are_refused_without_what_they_hold(url):
    with pytest.raises(ValueError, match="LAURELS_SMTP_URL"):
        mail.Server.at(url)


async def test_without_a_server_mails_lie_in_a_folder_of_ones_own(tmp_path, monkeypatch):
    monkeypatch.setattr(mail, "MAX_FILES", 3)
    found = settings(None, tmp_path)

    for number in range(5):
        letter = mail.Mail(to=f"p{number}@example.com", subject="Hello", paragraphs=("Text.",))
        await mail.send(letter, found)

    lying = mail.lying(found)
    assert [each["To"] for _, each in lying] == [f"p{n}@example.com" for n in (4, 3, 2)]
    folder = mail.folder_of(found)
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert {stat.S_IMODE(file.stat().st_mode) for file in folder.iterdir()} == {0o600}
