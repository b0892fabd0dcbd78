"""Mails to the staff. An event names the link by its id; what opens it is made here, when the mail
goes out, so that it lies in no table.

One event at a time, in a transaction of its own: a mail that failed must not send others again.
The link of an invitation is the same each time, so a mail that comes twice does no harm.
"""

from collections.abc import Sequence
from uuid import UUID

from laurels import events, tenants
from laurels.events.catalogue.auth import PasswordResetRequested, StaffInvited
from laurels.kit import mail
from laurels.kit.work import Work

from .changing import read_reset
from .links import invitation_link, reset_link


@events.handler("auth.mail_invitation", StaffInvited, batch=1)
async def mail_invitation(work: Work, happened: Sequence[events.Happened]) -> None:
    """Send the invitation, unless it was taken back or replaced since."""
    for event in happened:
        invitation_id = UUID(event.payload["invitation_id"])
        row = await work.fetchrow(
            "select p.email, p.name, p.role from laurels.staff_invitations as i"
            " inner join laurels.staff as p on p.tenant_id = i.tenant_id and p.id = i.staff_id"
            " where i.tenant_id = $1 and i.id = $2 and i.accepted_at is null"
            " and i.revoked_at is null and i.expires_at > now() and p.status = 'invited'",
            work.tenant_id, invitation_id,
        )  # fmt: skip
        if row is None:
            continue
        tenant = await tenants.current(work)
        await mail.send(
            mail.Mail(
                to=row["email"],
                name=row["name"],
                subject=f"You are invited to {tenant.name}",
                paragraphs=(
                    f"{tenant.name} invites you to work on its loyalty programme, as"
                    f" {row['role']}.",
                    "The link below works once and is valid for seven days. Do not forward it:"
                    " anyone who has it can join in your place.",
                    "If you did not expect an invitation, you can ignore this mail.",
                ),
                link=invitation_link(work.tenant_id, invitation_id),
                link_text="Accept the invitation",
            )
        )


@events.handler("auth.mail_password_reset", PasswordResetRequested, batch=1)
async def mail_password_reset(work: Work, happened: Sequence[events.Happened]) -> None:
    """Send the link to a new password, unless it was used or replaced since."""
    for event in happened:
        reset_id = UUID(event.payload["reset_id"])
        person = await read_reset(work, reset_id)
        if person is None:
            continue
        _, email, name = person
        await mail.send(
            mail.Mail(
                to=email,
                name=name,
                subject="Choose a new password",
                paragraphs=(
                    "We received a request for a new password for this address.",
                    "The link below works once and is valid for one hour.",
                    "If you did not ask for it, you can ignore this mail: your password stays as"
                    " it is.",
                ),
                link=reset_link(reset_id),
                link_text="Choose a new password",
            )
        )
