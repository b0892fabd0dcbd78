"""Links in mails. The secret stands behind the `#`, which no browser sends to a server."""

from uuid import UUID

from laurels.config import settings

from . import tokens

JOIN = "/console/invitation"
RESET = "/console/reset-password"
INVITATION_MAIL = "staff.invitation"
RESET_MAIL = "staff.password_reset"
"""What the queue calls the mails that hold these links."""


def invitation_link(tenant_id: UUID, invitation_id: UUID) -> str:
    """Return where an invitation is accepted. Raise SecretKeyMissing."""
    return f"{settings().address}{JOIN}#token={tokens.invitation_token(tenant_id, invitation_id)}"


def reset_link(reset_id: UUID) -> str:
    """Return where a new password is chosen. Raise SecretKeyMissing."""
    return f"{settings().address}{RESET}#token={tokens.reset_token(reset_id)}"
