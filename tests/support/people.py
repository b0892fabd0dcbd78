"""People who sign in: invited, joined and signed in through the real doors, and their mail."""

import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from email import message_from_bytes, policy
from typing import Any
from uuid import uuid4

import httpx

from laurels import auth, events, outbound
from laurels.events.handling import handle_due
from laurels.kit.values.ids import encode
from tests.support.application import application
from tests.support.make import House
from tests.support.openapi import hold_to_the_document

PASSWORD = "harbour violet teaspoon"


@dataclass
class Person:
    """Somebody on the staff, with what they hold."""

    house: House
    staff_id: Any
    email: str
    access_token: str = ""
    refresh_token: str = ""

    @property
    def headers(self) -> dict[str, str]:
        """What shows who they are."""
        return {"Authorization": f"Bearer {self.access_token}"}

    @property
    def id(self) -> str:
        """Their id as the API writes it."""
        return encode("staff", self.staff_id)


def fresh_email(name: str = "anna") -> str:
    """An address that no other test has."""
    return f"{name}-{uuid4().hex[:12]}@example.com"


def home(house: House) -> str:
    """The address from which the house's people usually come."""
    a, b, c = house.tenant.id.bytes[-3:]
    return f"10.{a}.{b}.{c}"


@asynccontextmanager
async def nobody(house: House, address: str | None = None) -> AsyncIterator[httpx.AsyncClient]:
    """An HTTP client without credentials, coming from this address; else from the house's own."""
    address = address or home(house)
    transport = httpx.ASGITransport(
        app=application(house.database), raise_app_exceptions=False, client=(address, 4711)
    )
    async with httpx.AsyncClient(
        transport=transport, base_url="http://laurels.test",
        event_hooks={"response": [hold_to_the_document]},
    ) as found:  # fmt: skip
        yield found


async def invited(
    house: House, role: str = "owner", email: str | None = None
) -> tuple[Person, str]:
    """Somebody who is invited, and what the mail holds."""
    who = email or fresh_email(role)
    async with house.work() as work:
        made = await auth.invite(work, email=who, role=auth.Role(role))
        token = auth.invitation_link(work.tenant_id, made.invitation_id).partition("#token=")[2]
    return Person(house, made.staff_id, who), token


async def joined(
    house: House, role: str = "owner", email: str | None = None, password: str = PASSWORD
) -> Person:
    """Somebody who works here and is signed in."""
    person, token = await invited(house, role, email)
    async with nobody(house) as client:
        answer = await client.post(
            "/v1/auth/accept-invitation",
            json={"token": token, "name": f"The {role}", "password": password},
        )
    assert answer.status_code == 201, answer.text
    hold(person, answer.json())
    return person


def hold(person: Person, said: dict[str, Any]) -> None:
    """Let a person hold the tokens of an answer."""
    person.access_token, person.refresh_token = said["access_token"], said["refresh_token"]


async def told(house: House) -> None:
    """Whoever is to hear of what happened has heard."""
    while await events.relay_all(house.database):
        pass
    while await handle_due(house.database):
        pass
    while await outbound.deliver_due(house.database, {"mail": outbound.MailProvider()}):
        pass


def mails_to(folder: Any, email: str) -> list[Any]:
    """The mails to this address that lie in the folder, the oldest first."""
    found = [
        message_from_bytes(file.read_bytes(), policy=policy.SMTP)
        for file in sorted(folder.glob("mail/*.eml"))
    ]
    return [mail for mail in found if email in mail["To"]]


def link_of(mail: Any) -> str:
    """What opens the door, of the link in a mail's plain text."""
    text = mail.get_body(("plain",)).get_content()
    return re.search(r"#token=(lk_\w+)", text)[1]
