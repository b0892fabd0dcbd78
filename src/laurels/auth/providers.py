"""How mails to the staff read.

The secret of a link is made here, when a mail goes out, so that it lies in no table; it is the same
each time, so a mail that comes twice does no harm.
"""

from uuid import UUID

from laurels import outbound, tenants
from laurels.kit.db.sql import statements
from laurels.kit.mail import Mail
from laurels.kit.work import Work

from .changing import read_reset
from .links import INVITATION_MAIL, RESET_MAIL, invitation_link, reset_link

SQL = statements(__name__)


@outbound.mail_template(INVITATION_MAIL, subject="staff_invitation")
async def write_invitation(work: Work, subject_id: UUID) -> Mail | None:
    """Write the invitation, unless it was accepted, taken back or replaced since."""
    row = await work.fetchrow(SQL.open_invitation_addressee, work.tenant_id, subject_id)
    if row is None:
        return None
    tenant = await tenants.current(work)
    return Mail(
        to=row["email"],
        name=row["name"],
        subject=f"You are invited to {tenant.name}",
        paragraphs=(
            f"{tenant.name} invites you to work on its loyalty programme, as {row['role']}.",
            "The link below works once and is valid for seven days. Do not forward it:"
            " anyone who has it can join in your place.",
            "If you did not expect an invitation, you can ignore this mail.",
        ),
        link=invitation_link(work.tenant_id, subject_id),
        link_text="Accept the invitation",
    )


@outbound.mail_template(RESET_MAIL, subject="password_reset")
async def write_reset(work: Work, subject_id: UUID) -> Mail | None:
    """Write the link to a new password, unless it was used or replaced since."""
    person = await read_reset(work, subject_id)
    if person is None:
        return None
    _, email, name = person
    return Mail(
        to=email,
        name=name,
        subject="Choose a new password",
        paragraphs=(
            "We received a request for a new password for this address.",
            "The link below works once and is valid for one hour.",
            "If you did not ask for it, you can ignore this mail: your password stays as it is.",
        ),
        link=reset_link(subject_id),
        link_text="Choose a new password",
    )
