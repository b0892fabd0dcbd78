"""Mail: rooms say by `mail_template` how each of theirs reads.

What is in the table is which template, and what it is about: neither addresses nor links.
"""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, replace
from typing import ClassVar
from uuid import UUID

from laurels.kit import mail
from laurels.kit.db.pool import Database
from laurels.kit.work import Work

from .protocol import Message, Outcome, Provider, Rejected, Retry, Sent, Stopped, register
from .queue import NewMessage, enqueue

Compose = Callable[[Work, UUID], Awaitable[mail.Mail | None]]


@dataclass(frozen=True, slots=True)
class MailTemplate:
    """A kind of mail: what it is about, and how it reads."""

    subject: str
    compose: Compose


_templates: dict[str, MailTemplate] = {}


def mail_template(name: str, *, subject: str) -> Callable[[Compose], Compose]:
    """Register how a mail reads; used as a decorator.

    It is asked when the mail goes out, about the id of its subject, and returns None when nobody
    wants the mail any more.
    """

    def register_template(compose: Compose) -> Compose:
        assert name not in _templates, f"two mail templates are called {name}"
        _templates[name] = MailTemplate(subject, compose)
        return compose

    return register_template


def mail_templates() -> dict[str, MailTemplate]:
    """Return all templates by name."""
    return dict(_templates)


async def enqueue_mail(work: Work, name: str, subject_id: UUID) -> None:
    """The mail about this is sent once this transaction is committed."""
    await enqueue(work, [NewMessage(channel="mail", type=name, subject_id=subject_id)])


class MailProvider(Provider):
    """Hands mails in at the SMTP server, or writes them into the folder where there is none."""

    name: ClassVar[str] = "mail"
    timeout_seconds = 60.0
    at_once = 2
    max_destinations = mail.MAX_AT_ONCE // 2

    async def prepare(self, work: Work, messages: Sequence[Message]) -> list[Message | Outcome]:
        """Write the mails."""
        prepared: list[Message | Outcome] = []
        for message in messages:
            known = _templates.get(message.type)
            if known is None:
                prepared.append(Rejected(error=f"there is no mail template `{message.type}`"))
                continue
            written = await known.compose(work, message.subject_id)
            prepared.append(
                Stopped(error="it was used, replaced or taken back, or is too old")
                if written is None
                else replace(message, content=written)
            )
        return prepared

    async def send(self, database: Database, message: Message) -> Outcome:
        """Hand it in; what no server will ever take is a dead letter at once."""
        del database
        try:
            await mail.send(message.content, reference=message.reference)
        except mail.MailFailed as error:
            return (Rejected if error.permanent else Retry)(error=str(error))
        return Sent()


register(MailProvider())
