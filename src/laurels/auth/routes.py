"""API keys, staff, and signing in over HTTP."""

from typing import Annotated, Any, Literal

from fastapi import APIRouter, Depends, Query

from laurels import tenants
from laurels.kit.access import Anybody, Known, begin, once
from laurels.kit.crypto import SecretKeyMissing
from laurels.kit.http import Door
from laurels.kit.openapi import refuses
from laurels.kit.paging import Asked, Page
from laurels.kit.passwords import HashingBusy, WeakPassword
from laurels.kit.work import Work
from laurels.permissions import Permission

from . import changing, joining, me, service, sessions, staff
from . import sign_in as signing
from .errors import (
    KeyNotFound,
    LastOwner,
    LinkInvalid,
    MailSlowed,
    PasswordWrong,
    RefreshFailed,
    RefreshRaced,
    RoleNotHeld,
    ScopeNotHeld,
    SessionNotFound,
    SignInFailed,
    SignInSlowed,
    StaffExists,
    StaffFull,
    StaffNotFound,
    StaffNotInvited,
)
from .schemas import (
    ApiKeyId,
    ApiKeyIn,
    ApiKeyOut,
    EndedOut,
    ExchangeIn,
    ForgotIn,
    InvitationOut,
    InvitationTokenIn,
    InvitedIn,
    MeOut,
    NewApiKeyOut,
    PasswordIn,
    PlaceOut,
    ResetIn,
    SaidOut,
    SessionId,
    SessionOut,
    SignInIn,
    SignInOut,
    StaffId,
    StaffIn,
    StaffOut,
    StaffPatch,
    TokensOut,
)
from .sessions import Tokens

router = APIRouter(prefix="/v1", tags=["auth"], route_class=Door)
Reading = Annotated[Work, begin(Permission.AUTH_READ)]
Writing = Annotated[Work, begin(Permission.AUTH_WRITE)]
Inviting = Annotated[Work, begin(Permission.AUTH_INVITE)]


@router.get("/api-keys")
async def list_api_keys(
    work: Reading, asked: Annotated[Asked, Depends(service.KEYS)]
) -> Page[ApiKeyOut]:
    """List the tenant's API keys, the newest first, without what opens doors."""
    rows = await service.list_keys(work, asked)
    return rows.page(ApiKeyOut.model_validate(row) for row in rows)


@router.post("/api-keys", status_code=201, dependencies=[once("api_key")])
@refuses(ScopeNotHeld)
async def create_api_key(body: ApiKeyIn, work: Writing) -> NewApiKeyOut:
    """Make an API key. The key itself is in this answer and nowhere else, ever."""
    tenant = await tenants.current(work)
    made = await service.create_key(
        work, name=body.name, test=tenant.test, scopes=body.scopes, expires_at=body.expires_at
    )
    row = await service.get_key(work, made.id)
    return NewApiKeyOut.model_validate({**row, "api_key": made.key})


@router.delete("/api-keys/{api_key_id}")
@refuses(KeyNotFound, ScopeNotHeld)
async def revoke_api_key(api_key_id: ApiKeyId, work: Writing) -> ApiKeyOut:
    """Withdraw an API key: it opens no door from its next request on. Repeating changes nothing.

    A key that can do more than the one who asks is withdrawn by an owner, by a key that can do as
    much, or by itself.
    """
    await service.revoke_key(work, api_key_id)
    return ApiKeyOut.model_validate(await service.get_key(work, api_key_id))


# -- staff ---------------------------------------------------------------------------------------


@router.get("/staff")
async def list_staff(
    work: Reading,
    asked: Annotated[Asked, Depends(staff.STAFF)],
    status: Annotated[
        Literal["invited", "active", "removed"] | None,
        Query(description="Those of one status; absent: all."),
    ] = None,
) -> Page[StaffOut]:
    """List the people who run the programme, the newest first."""
    rows = await staff.list_staff(work, status=status, asked=asked)
    return rows.page(StaffOut.model_validate(row) for row in rows)


@router.post("/staff", status_code=201)
@refuses(StaffExists, StaffFull, RoleNotHeld, MailSlowed)
async def invite_staff(body: StaffIn, work: Inviting) -> StaffOut:
    """Invite somebody into a role. A mail tells them; its link is good for seven days."""
    made = await staff.invite(work, email=body.email, role=body.role, name=body.name or "")
    return StaffOut.model_validate(await staff.get_staff(work, made.staff_id))


@router.get("/staff/{staff_id}")
@refuses(StaffNotFound)
async def get_staff(staff_id: StaffId, work: Reading) -> StaffOut:
    """Return a person of the staff."""
    return StaffOut.model_validate(await staff.get_staff(work, staff_id))


@router.patch("/staff/{staff_id}")
@refuses(StaffNotFound, RoleNotHeld, LastOwner)
async def change_staff(staff_id: StaffId, body: StaffPatch, work: Inviting) -> StaffOut:
    """Give a person another role or name. It holds from their next request on."""
    await staff.change(work, staff_id, role=body.role, name=body.name)
    return StaffOut.model_validate(await staff.get_staff(work, staff_id))


@router.delete("/staff/{staff_id}")
@refuses(StaffNotFound, RoleNotHeld, LastOwner)
async def remove_staff(staff_id: StaffId, work: Inviting) -> StaffOut:
    """Remove a person: nothing of theirs opens a door from their next request on."""
    await staff.remove(work, staff_id)
    return StaffOut.model_validate(await staff.get_staff(work, staff_id))


@router.post("/staff/{staff_id}/restore")
@refuses(StaffNotFound, RoleNotHeld, MailSlowed)
async def restore_staff(staff_id: StaffId, work: Inviting) -> StaffOut:
    """Take a removed person back, in the role that they had. They sign in anew."""
    await staff.restore(work, staff_id)
    return StaffOut.model_validate(await staff.get_staff(work, staff_id))


@router.post("/staff/{staff_id}/invite")
@refuses(StaffNotFound, StaffNotInvited, RoleNotHeld, MailSlowed)
async def invite_staff_again(staff_id: StaffId, work: Inviting) -> StaffOut:
    """Send a new invitation; the one before opens nothing any more."""
    await staff.invite_again(work, staff_id)
    return StaffOut.model_validate(await staff.get_staff(work, staff_id))


# -- signing in ----------------------------------------------------------------------------------


@router.post("/auth/sign-in", dependencies=[once("access_token", "refresh_token")])
@refuses(SignInFailed, SignInSlowed, HashingBusy, SecretKeyMissing)
async def sign_in(body: SignInIn, comer: Anybody) -> SignInOut:
    """Sign in with address and password.

    Who works for several tenants and names none gets no tokens but the list of them.
    """
    held, places = await signing.sign_in(
        comer, email=body.email, password=body.password, tenant=body.tenant
    )
    return SignInOut(**_told(held), tenants=[PlaceOut.model_validate(place) for place in places])


@router.post("/auth/refresh", dependencies=[once("access_token", "refresh_token")])
@refuses(RefreshFailed, RefreshRaced)
async def refresh(body: ExchangeIn, comer: Anybody) -> TokensOut:
    """Exchange a refresh token for new tokens. Each is good for one exchange.

    One that comes again later than ten seconds after ends the whole session: it is in two hands.
    """
    return TokensOut(**_told(await sessions.refresh(comer, body.refresh_token)))


@router.post("/auth/sign-out")
@refuses(SessionNotFound)
async def sign_out(visitor: Known) -> EndedOut:
    """End this session; its tokens open nothing from now on."""
    return EndedOut(sessions_ended=await sessions.sign_out(visitor))


@router.post("/auth/sign-out-everywhere")
@refuses(SessionNotFound)
async def sign_out_everywhere(visitor: Known) -> EndedOut:
    """End all of one's own sessions, in every tenant, this one too."""
    return EndedOut(sessions_ended=await sessions.sign_out_everywhere(visitor))


@router.get("/auth/sessions")
async def list_sessions(
    visitor: Known, asked: Annotated[Asked, Depends(sessions.SESSIONS)]
) -> Page[SessionOut]:
    """List where one is signed in to this tenant. A machine with a key has no sessions."""
    rows = await sessions.list_sessions(visitor, asked)
    return rows.page(SessionOut.model_validate(row) for row in rows)


@router.delete("/auth/sessions/{session_id}")
@refuses(SessionNotFound)
async def end_session(session_id: SessionId, visitor: Known) -> EndedOut:
    """End one of one's own sessions in this tenant."""
    return EndedOut(sessions_ended=await sessions.sign_out(visitor, session_id))


@router.post("/auth/password")
@refuses(SessionNotFound, PasswordWrong, WeakPassword, SignInSlowed, HashingBusy, SecretKeyMissing)
async def change_password(body: PasswordIn, visitor: Known) -> EndedOut:
    """Choose another password. All other sessions end, in every tenant."""
    ended = await changing.change_password(
        visitor, current=body.current_password, new=body.new_password
    )
    return EndedOut(sessions_ended=ended)


@router.post("/auth/forgot-password", status_code=202)
@refuses(MailSlowed, SecretKeyMissing)
async def forgot_password(body: ForgotIn, comer: Anybody) -> SaidOut:
    """Have a link to a new password sent. The answer is the same for every address."""
    await changing.forget_password(comer, email=body.email)
    return SaidOut(detail="If somebody here has this address, a mail is on its way.")


@router.post("/auth/reset-password")
@refuses(LinkInvalid, WeakPassword, HashingBusy, SecretKeyMissing)
async def reset_password(body: ResetIn, comer: Anybody) -> SaidOut:
    """Choose a new password with the link of a mail. All sessions end, in every tenant."""
    await changing.reset_password(comer, token=body.token, new=body.new_password)
    return SaidOut(detail="The password is changed; sign in with it.")


@router.post("/auth/invitation")
@refuses(LinkInvalid, SecretKeyMissing)
async def look_at_invitation(body: InvitationTokenIn, comer: Anybody) -> InvitationOut:
    """Say what an invitation is to. Nothing changes."""
    return InvitationOut.model_validate(await joining.look_at(comer, body.token))


@router.post(
    "/auth/accept-invitation", status_code=201,
    dependencies=[once("access_token", "refresh_token")],
)  # fmt: skip
@refuses(LinkInvalid, WeakPassword, PasswordWrong, SignInSlowed, HashingBusy, SecretKeyMissing)
async def accept_invitation(body: InvitedIn, comer: Anybody) -> TokensOut:
    """Join the staff of a tenant, and be signed in.

    Who has a login already gives its password; others choose one.
    """
    held = await joining.accept(comer, token=body.token, name=body.name, password=body.password)
    return TokensOut(**_told(held))


@router.get("/me")
async def who_am_i(visitor: Known) -> MeOut:
    """Say who asks, where, in which role, and what they may do."""
    return MeOut.model_validate(await me.about(visitor))


def _told(held: Tokens | None) -> dict[str, Any]:
    """Return the fields of tokens, null where there are none."""
    names = ("access_token", "refresh_token", "expires_in", "session_id")
    return {name: held and getattr(held, name) for name in names}
