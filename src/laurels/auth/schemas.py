"""API keys, staff and sessions as the API speaks of them."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from pydantic import AfterValidator, Field, StringConstraints

from laurels.kit.passwords import LONGEST
from laurels.kit.schema import Email, IdOf, Moment, Name, Schema, View
from laurels.kit.values import check_key, check_storable
from laurels.permissions import Role

ApiKeyId = Annotated[UUID, IdOf("api_key")]


class ApiKeyIn(Schema):
    """A key to be made. It can have no scope that the credentials of this request lack."""

    name: Name = Field(description="What the key is for.", examples=["Till"])
    scopes: list[Annotated[str, Field(max_length=64)]] = Field(
        min_length=1,
        max_length=64,
        description="Permissions; `*` is all, later ones too.",
        examples=[["members:read", "purchases:write"]],
    )
    expires_at: Moment | None = Field(default=None, description="When it ends; absent: never.")


class ApiKeyOut(View):
    """A key, without what opens doors."""

    id: ApiKeyId
    name: str = Field(description="What the key is for.")
    mode: str = Field(description="`live`, or `test` for test tenants.")
    hint: str = Field(description="Last four letters, to recognise it by.")
    scopes: list[str] = Field(description="Its permissions; `*` is all, later ones too.")
    created_at: datetime
    expires_at: datetime | None = Field(description="When it ends; null: never.")
    revoked_at: datetime | None = Field(description="When it was revoked; null while it is good.")
    last_used_at: datetime | None = Field(
        description="When it was last used, to the minute or so; null: never."
    )


class NewApiKeyOut(ApiKeyOut):
    """A key that was made just now, with what opens doors: this is its one showing."""

    api_key: str | None = Field(
        description="Opens doors. Null in the answer to a repeated request."
    )


# -- people --------------------------------------------------------------------------------------

StaffId = Annotated[UUID, IdOf("staff")]
SessionId = Annotated[UUID, IdOf("staff_session")]
Password = Annotated[
    str, StringConstraints(min_length=1, max_length=LONGEST), AfterValidator(check_storable)
]
Token = Annotated[str, StringConstraints(min_length=1, max_length=256), AfterValidator(check_key)]


class StaffIn(Schema):
    """Somebody to be invited. They get a mail with a link that is good for seven days."""

    email: Email = Field(description="Where the link is sent.", examples=["anna@example.com"])
    role: Role = Field(description="What they may do; you hold all of it yourself.")
    name: Name | None = Field(default=None, description="What they are called.")


class StaffPatch(Schema):
    """What is to change about a person; what is absent stays."""

    role: Role | None = Field(default=None, description="Another role, from now on.")
    name: Name | None = Field(default=None, description="Another name.")


class StaffOut(View):
    """A person of the staff."""

    id: StaffId
    email: str = Field(description="Address that the person signs in with.")
    name: str = Field(description="What the person is called.")
    role: Role = Field(description="Role, which decides the permissions.")
    status: str = Field(description="invited, active or removed.")
    invited_by: str | None = Field(description="Id of the person or key that invited them.")
    created_at: datetime
    joined_at: datetime | None = Field(
        description="When the invitation was accepted; null until then."
    )
    removed_at: datetime | None = Field(
        description="When the person was removed; null while on the staff."
    )
    last_seen_at: datetime | None = Field(description="When they last signed in or refreshed.")


class SignInIn(Schema):
    """Who signs in, and where."""

    email: Email = Field(examples=["anna@example.com"], description="Address of the login.")
    password: Password = Field(description="Password of the login.")
    tenant: Annotated[str, StringConstraints(min_length=1, max_length=63)] | None = Field(
        default=None, description="Slug of the tenant; needed by who works for several."
    )


class PlaceOut(View):
    """A tenant in which the person works."""

    slug: str = Field(description="Slug of the tenant; send it as `tenant`.")
    name: str = Field(description="What the tenant is called.")
    role: Role = Field(description="Role of the person there.")


class TokensOut(View):
    """What opens doors now, and what is exchanged for the next of it; stored as hashes."""

    access_token: str | None = Field(description="For `Authorization: Bearer`; ten minutes.")
    refresh_token: str | None = Field(
        description="Good for one exchange at `POST /v1/auth/refresh`, within 30 days."
    )
    expires_in: int | None = Field(description="Seconds that the access token lasts.")
    session_id: SessionId | None = Field(
        description="The session that these tokens belong to; null where there is none yet."
    )


class SignInOut(TokensOut):
    """The tokens; or, for who works for several tenants and named none, only where they work."""

    tenants: list[PlaceOut] = Field(
        description="Where the person signed in, or may: then sign in again and name one."
    )


class ExchangeIn(Schema):
    """A refresh token to be exchanged."""

    refresh_token: Token = Field(
        description="The refresh token of the last answer; it is good once."
    )


class SessionOut(View):
    """A place where one is signed in."""

    id: SessionId
    current: bool = Field(description="Whether it is the one that asks.")
    created_at: datetime = Field(description="When the person signed in.")
    refreshed_at: datetime = Field(description="When the tokens were last exchanged.")
    expires_at: datetime = Field(description="When it ends unless it is used before.")
    ip: str | None = Field(description="Address it was last used from; null when unknown.")
    user_agent: str | None = Field(description="Program it was last used with; null when unknown.")


class EndedOut(View):
    """How many sessions have ended."""

    sessions_ended: int = Field(description="How many sessions have ended.")


class PasswordIn(Schema):
    """A new password in the place of the present one."""

    current_password: Password = Field(description="The password until now.")
    new_password: Password = Field(description="At least 12 characters.")


class ForgotIn(Schema):
    """Whose password is forgotten."""

    email: Email = Field(description="Address of the login.")


class SaidOut(View):
    """What was done, in words."""

    detail: str = Field(description="What was done, in a sentence.")


class ResetIn(Schema):
    """A new password, with what the mail held."""

    token: Token = Field(description="The token from the mail.")
    new_password: Password = Field(description="At least 12 characters.")


class InvitationTokenIn(Schema):
    """What the mail of an invitation held."""

    token: Token = Field(description="The token from the mail.")


class InvitationOut(View):
    """What an invitation is to."""

    tenant_slug: str = Field(description="Slug of the tenant.")
    tenant_name: str = Field(description="What the tenant is called.")
    email: str = Field(description="Address that was invited.")
    name: str = Field(description="What the person is called.")
    role: Role = Field(description="Role that the person will have.")
    has_login: bool = Field(
        description="Whether the person has a login already and joins with its password."
    )


class InvitedIn(Schema):
    """Who accepts an invitation."""

    token: Token = Field(description="The token from the mail.")
    name: Name = Field(description="What you are called.")
    password: Password = Field(
        description="A new one of at least 12 characters, or that of the login that is there."
    )


class MyTenantOut(View):
    """The tenant whose doors open."""

    id: Annotated[UUID, IdOf("tenant")]
    slug: str = Field(description="Short name, as commands take it.")
    name: str = Field(description="What the tenant is called.")


class MeOut(View):
    """Who asks, and what they may do at this moment."""

    actor_type: str = Field(description="staff, api_key or operator.")
    actor_id: str | None = Field(description="Id of the person or key; null when there is none.")
    name: str | None = Field(description="What a person is called, or a key is for.")
    email: str | None = Field(description="Address of the login; null for machines.")
    role: Role | None = Field(description="Null for machines.")
    session_id: SessionId | None = Field(description="The session; null for machines.")
    tenant: MyTenantOut | None = Field(description="Null for operators of the platform.")
    permissions: list[str] = Field(description="What these credentials may do, by name.")
