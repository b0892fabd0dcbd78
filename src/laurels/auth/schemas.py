"""API keys, staff and sessions as the API speaks of them."""

from datetime import datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import AfterValidator, Field, StrictBool, StrictInt, StringConstraints

from laurels.kit.http.paging import Whole
from laurels.kit.values.fields import Email, IdOf, Moment, Name, Schema, View
from laurels.kit.values.text import check_key, check_storable
from laurels.kit.versions import EditedVersion
from laurels.permissions import Role

from .passwords import MAX_LENGTH

ApiKeyId = Annotated[UUID, IdOf("api_key")]


class ApiKeyIn(Schema):
    """A key to create. It cannot have scopes that the credentials of this request lack."""

    name: Name = Field(description="What the key is for.", examples=["Till"])
    scopes: list[Annotated[str, Field(max_length=64)]] = Field(
        min_length=1,
        max_length=64,
        description="Permissions; `*` grants all, including future ones.",
        examples=[["members:read", "purchases:write"]],
    )
    expires_at: Moment | None = Field(
        default=None, description="When it expires; by default never."
    )


class ApiKeyOut(View):
    """A key, without its secret."""

    id: ApiKeyId
    name: str = Field(description="What the key is for.")
    mode: str = Field(description="`live`, or `test` for test tenants.")
    hint: str = Field(description="Last four characters, to recognise it by.")
    scopes: list[str] = Field(description="Its permissions; `*` grants all, including future ones.")
    created_at: datetime
    expires_at: datetime | None = Field(description="When it expires; null: never.")
    revoked_at: datetime | None = Field(description="When it was revoked; null if it was not.")
    last_used_at: datetime | None = Field(
        description="When it was last used, accurate to about a minute; null: never."
    )


class NewApiKeyOut(ApiKeyOut):
    """A newly created key with its secret, which is shown only once."""

    api_key: str | None = Field(
        description="The key itself. Null in the answer to a repeated request."
    )


# -- people --------------------------------------------------------------------------------------

StaffId = Annotated[UUID, IdOf("staff")]
SessionId = Annotated[UUID, IdOf("staff_session")]
Password = Annotated[
    str, StringConstraints(min_length=1, max_length=MAX_LENGTH), AfterValidator(check_storable)
]
Token = Annotated[str, StringConstraints(min_length=1, max_length=256), AfterValidator(check_key)]


class StaffIn(Schema):
    """A person to invite. They get a mail with a link that is valid for seven days."""

    email: Email = Field(description="Where the link is sent.", examples=["anna@example.com"])
    role: Role = Field(description="Their role; you need all of its permissions yourself.")
    name: Name | None = Field(default=None, description="Their name.")


class StaffPatch(Schema):
    """Changes to a person; fields that are not sent stay as they are."""

    role: Role | None = Field(default=None, description="New role, from now on.")
    name: Name | None = Field(default=None, description="New name.")


class StaffOut(View):
    """A person on the staff."""

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
    last_seen_at: datetime | None = Field(
        description="When they last signed in or refreshed their tokens."
    )


class SignInIn(Schema):
    """Who signs in, and to which tenant."""

    email: Email = Field(examples=["anna@example.com"], description="Address of the login.")
    password: Password = Field(description="Password of the login.")
    tenant: Annotated[str, StringConstraints(min_length=1, max_length=63)] | None = Field(
        default=None, description="Slug of the tenant; required if you work for several."
    )


class PlaceOut(View):
    """A tenant that the person works for."""

    slug: str = Field(description="Slug of the tenant; send it as `tenant`.")
    name: str = Field(description="What the tenant is called.")
    role: Role = Field(description="Role of the person there.")


class TokensOut(View):
    """An access token, and a refresh token for the next pair; only hashes are stored."""

    access_token: str | None = Field(
        description="For `Authorization: Bearer`; valid for ten minutes."
    )
    refresh_token: str | None = Field(
        description="Can be exchanged once at `POST /v1/auth/refresh`, within 30 days."
    )
    expires_in: int | None = Field(description="Seconds until the access token expires.")
    session_id: SessionId | None = Field(
        description="The session that these tokens belong to; null if there is none yet."
    )


class SignInOut(TokensOut):
    """The tokens; or, if you work for several tenants and named none, only the list of tenants."""

    tenants: list[PlaceOut] = Field(
        description="The tenant you signed in to, or those you can choose from: then sign in again"
        " and name one."
    )


class BrowserSessionOut(View):
    """Where somebody is signed in now. The tokens are in cookies that no script can read."""

    tenant: str | None = Field(
        description="Slug of the tenant, or `platform` for operators; null if you work for several"
        " tenants and named none."
    )
    tenants: list[PlaceOut] = Field(description="Tenants that you work for.")


class TenantSwitchIn(Schema):
    """The tenant to go on in."""

    tenant: Annotated[str, StringConstraints(min_length=1, max_length=63)] = Field(
        examples=["cellar"], description="Slug of a tenant that you work for."
    )


class OneTimeIn(Schema):
    """What a link holds that signs in once."""

    token: Annotated[str, StringConstraints(min_length=1, max_length=256)] = Field(
        examples=["lk_once_01h455vb4pex5vsknk084sn02q…"],
        description="The part of the link after `#token=`.",
    )


class ExchangeIn(Schema):
    """A refresh token to exchange."""

    refresh_token: Token = Field(description="The refresh token of the last answer; it works once.")


class SessionOut(View):
    """A session: one place where you are signed in."""

    id: SessionId
    current: bool = Field(description="Whether it is the session of this request.")
    created_at: datetime = Field(description="When the person signed in.")
    refreshed_at: datetime = Field(description="When the tokens were last exchanged.")
    expires_at: datetime = Field(description="When it ends unless it is refreshed first.")
    ip: str | None = Field(description="Address it was last used from; null when unknown.")
    user_agent: str | None = Field(description="Program it was last used with; null when unknown.")


class EndedOut(View):
    """How many sessions have ended."""

    sessions_ended: int = Field(description="How many sessions have ended.")


class PasswordIn(Schema):
    """A new password to replace the current one."""

    current_password: Password = Field(description="The current password.")
    new_password: Password = Field(description="At least 12 characters.")


class ForgotIn(Schema):
    """The login whose password was forgotten."""

    email: Email = Field(description="Address of the login.")


class SaidOut(View):
    """What was done, in a sentence."""

    detail: str = Field(description="What was done, in a sentence.")


class ResetIn(Schema):
    """A new password, with the token from the mail."""

    token: Token = Field(description="The token from the mail.")
    new_password: Password = Field(description="At least 12 characters.")


class InvitationTokenIn(Schema):
    """The token from an invitation mail."""

    token: Token = Field(description="The token from the mail.")


class InvitationOut(View):
    """What an invitation is for."""

    tenant_slug: str = Field(description="Slug of the tenant.")
    tenant_name: str = Field(description="What the tenant is called.")
    email: str = Field(description="E-mail address that was invited.")
    name: str = Field(description="What the person is called.")
    role: Role = Field(description="Role that the person will have.")
    has_login: bool = Field(
        description="Whether the person already has a login and joins with its password."
    )


class InvitedIn(Schema):
    """An invitation to accept."""

    token: Token = Field(description="The token from the mail.")
    name: Name = Field(description="Your name.")
    password: Password = Field(
        description="A new password of at least 12 characters, or that of your existing login."
    )


class MyTenantOut(View):
    """The tenant that the credentials belong to."""

    id: Annotated[UUID, IdOf("tenant")]
    slug: str = Field(description="Short name, as used in commands.")
    name: str = Field(description="What the tenant is called.")
    currency: str = Field(description="Currency of its money, three letters (ISO 4217).")
    time_zone: str = Field(description="Time zone of its days, such as `Europe/Vienna`.")
    status: Literal["active", "suspended"] = Field(
        description="`active`, or `suspended`: cannot earn or spend."
    )
    test: bool = Field(description="Whether this is a test tenant, whose clock can be moved.")
    clock: datetime | None = Field(
        description="Where the test clock stands; null where time is the real one."
    )
    brand_color: str | None = Field(
        description="Colour of the brand, `#rrggbb`; null if none was set."
    )


class MeOut(View):
    """Who you are, and your current permissions."""

    actor_type: str = Field(description="staff, api_key or operator.")
    actor_id: str | None = Field(description="Id of the person or key; null when there is none.")
    name: str | None = Field(description="Name of the person or key.")
    email: str | None = Field(description="Address of the login; null for machines.")
    role: Role | None = Field(description="Null for machines.")
    session_id: SessionId | None = Field(description="The session; null for machines.")
    tenant: MyTenantOut | None = Field(description="Null for operators of the platform.")
    permissions: list[str] = Field(description="Permissions of these credentials.")
    tenants: list[PlaceOut] = Field(
        description="Tenants that you work for; empty for machines and operators."
    )
    version: str = Field(description="Version of the server.")


# -- saved views ---------------------------------------------------------------------------------

SavedViewId = Annotated[UUID, IdOf("saved_view")]
Screen = Annotated[
    str,
    StringConstraints(pattern=r"^[a-z][a-z0-9-]*(/[a-z0-9-]+)*$", max_length=60),
    Field(description="Path of the list below the tenant.", examples=["members"]),
]
ViewName = Annotated[
    str,
    StringConstraints(strip_whitespace=True, min_length=1, max_length=100),
    AfterValidator(check_storable),
]
_Said = Annotated[str, StringConstraints(max_length=500), AfterValidator(check_storable)]
Search = Annotated[
    dict[
        Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_.-]{1,40}$")],
        StrictBool | StrictInt | _Said | Annotated[list[_Said], Field(max_length=20)],
    ],
    Field(max_length=30),
]


def _short(search: dict[str, Any]) -> dict[str, Any]:
    if sum(len(key) + len(str(value)) for key, value in search.items()) > MAX_SEARCH:
        msg = f"holds more than {MAX_SEARCH:,} characters; save fewer filters"
        raise ValueError(msg)
    return search


MAX_SEARCH = 4000
ShortSearch = Annotated[Search, AfterValidator(_short)]


class SavedViewIn(Schema):
    """A view of a list to keep under a name."""

    screen: Screen
    name: ViewName = Field(description="What it is called.", examples=["Gold without a purchase"])
    search: ShortSearch = Field(
        description="What stands in the address: filters, order and columns.",
        examples=[{"status": "blocked", "sort": "name", "columns": "name,email"}],
    )
    shared: bool = Field(
        default=False,
        description="Whether everyone of the tenant sees it; that needs `auth:invite`.",
    )


class SavedViewPatch(Schema):
    """What of a view is to change; the rest stays as it is."""

    name: ViewName | None = Field(default=None, description="What it is called.")
    search: ShortSearch | None = Field(
        default=None, description="What stands in the address: filters, order and columns."
    )
    shared: bool | None = Field(
        default=None,
        description="Whether everyone of the tenant sees it; that needs `auth:invite`.",
    )
    version: EditedVersion = None


class DefaultViewIn(Schema):
    """With which view a list opens for you."""

    screen: Screen
    view_id: SavedViewId | None = Field(description="The view; null: the list as it is.")


class SavedViewOut(View):
    """A view of a list."""

    id: SavedViewId
    screen: str = Field(description="Path of the list below the tenant.")
    name: str = Field(description="What it is called.")
    search: dict[str, Any] = Field(description="Filters, order and columns.")
    shared: bool = Field(description="Whether everyone of the tenant sees it.")
    mine: bool = Field(description="Whether you saved it.")
    owner: str = Field(description="Name of who saved it.")
    is_default: bool = Field(description="Whether the list opens with it for you.")
    can_change: bool = Field(description="Whether you may change and delete it.")
    version: int = Field(description="Counts the changes; send it with an edit.")
    created_at: datetime
    updated_at: datetime


class SavedViewsOut(Whole):
    """Your own views and the shared ones."""

    data: list[SavedViewOut] = Field(description="Your own by name, then the shared ones.")
