"""API keys, staff, and signing in over HTTP."""

from typing import Annotated, Any, Literal

from fastapi import APIRouter, Depends, Query, Request, Response

from laurels import tenants
from laurels.kit.crypto import SecretKeyMissing
from laurels.kit.errors import Unauthenticated
from laurels.kit.http.access import Anonymous, RequiresLogin, redact_on_replay, requires
from laurels.kit.http.openapi import error_responses
from laurels.kit.http.paging import Asked, Page
from laurels.kit.http.route import TransactionalRoute
from laurels.kit.versions import VersionConflict
from laurels.kit.work import Work
from laurels.permissions import Permission

from . import browser, changing, joining, me, service, sessions, sign_in_links, staff
from . import sign_in as signing
from .errors import (
    KeyNotFound,
    LastOwner,
    LinkInvalid,
    MailSlowed,
    PasswordWrong,
    PersonRequired,
    RefreshFailed,
    RefreshRaced,
    RoleNotHeld,
    SavedViewExists,
    SavedViewNotFound,
    SavedViewsFull,
    ScopeNotHeld,
    SessionNotFound,
    SharingForbidden,
    SignInFailed,
    SignInSlowed,
    StaffExists,
    StaffFull,
    StaffNotFound,
    StaffNotInvited,
)
from .passwords import HashingBusy, WeakPassword
from .saved_views import at_desk
from .schemas import (
    ApiKeyId,
    ApiKeyIn,
    ApiKeyOut,
    BrowserSessionOut,
    DefaultViewIn,
    EndedOut,
    ExchangeIn,
    ForgotIn,
    InvitationOut,
    InvitationTokenIn,
    InvitedIn,
    MeOut,
    NewApiKeyOut,
    OneTimeIn,
    PasswordIn,
    PlaceOut,
    ResetIn,
    SaidOut,
    SavedViewId,
    SavedViewIn,
    SavedViewOut,
    SavedViewPatch,
    SavedViewsOut,
    Screen,
    SessionId,
    SessionOut,
    SignInIn,
    SignInOut,
    StaffId,
    StaffIn,
    StaffOut,
    StaffPatch,
    TenantSwitchIn,
    TokensOut,
)
from .sessions import Tokens

router = APIRouter(prefix="/v1", tags=["auth"], route_class=TransactionalRoute)
Reading = Annotated[Work, requires(Permission.AUTH_READ)]
Writing = Annotated[Work, requires(Permission.AUTH_WRITE)]
Inviting = Annotated[Work, requires(Permission.AUTH_INVITE)]


@router.get("/api-keys")
async def list_api_keys(
    work: Reading, asked: Annotated[Asked, Depends(service.KEYS)]
) -> Page[ApiKeyOut]:
    """List the tenant's API keys, newest first, without the keys themselves."""
    rows = await service.list_keys(work, asked)
    return rows.page(ApiKeyOut.model_validate(row) for row in rows)


@router.post("/api-keys", status_code=201, dependencies=[redact_on_replay("api_key")])
@error_responses(ScopeNotHeld)
async def create_api_key(body: ApiKeyIn, work: Writing) -> NewApiKeyOut:
    """Create an API key. The key itself is shown only in this answer."""
    tenant = await tenants.current(work)
    made = await service.create_key(
        work, name=body.name, test=tenant.test, scopes=body.scopes, expires_at=body.expires_at
    )
    row = await service.get_key(work, made.id)
    return NewApiKeyOut.model_validate({**row, "api_key": made.key})


@router.delete("/api-keys/{api_key_id}")
@error_responses(KeyNotFound, ScopeNotHeld)
async def revoke_api_key(api_key_id: ApiKeyId, work: Writing) -> ApiKeyOut:
    """Revoke an API key: its next request is refused. Repeating the request changes nothing.

    A key with permissions that you lack can be revoked by an owner, by a key with at least as many,
    or by itself.
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
        Query(description="Only those with this status; by default all."),
    ] = None,
) -> Page[StaffOut]:
    """List the people who run the programme, newest first."""
    rows = await staff.list_staff(work, status=status, asked=asked)
    return rows.page(StaffOut.model_validate(row) for row in rows)


@router.post("/staff", status_code=201)
@error_responses(StaffExists, StaffFull, RoleNotHeld, MailSlowed)
async def invite_staff(body: StaffIn, work: Inviting) -> StaffOut:
    """Invite a person into a role. They get a mail with a link that is valid for seven days."""
    made = await staff.invite(work, email=body.email, role=body.role, name=body.name or "")
    return StaffOut.model_validate(await staff.get_staff(work, made.staff_id))


@router.get("/staff/{staff_id}")
@error_responses(StaffNotFound)
async def get_staff(staff_id: StaffId, work: Reading) -> StaffOut:
    """Read a person on the staff."""
    return StaffOut.model_validate(await staff.get_staff(work, staff_id))


@router.patch("/staff/{staff_id}")
@error_responses(StaffNotFound, RoleNotHeld, LastOwner)
async def change_staff(staff_id: StaffId, body: StaffPatch, work: Inviting) -> StaffOut:
    """Change a person's role or name, from their next request on."""
    await staff.change(work, staff_id, role=body.role, name=body.name)
    return StaffOut.model_validate(await staff.get_staff(work, staff_id))


@router.delete("/staff/{staff_id}")
@error_responses(StaffNotFound, RoleNotHeld, LastOwner)
async def remove_staff(staff_id: StaffId, work: Inviting) -> StaffOut:
    """Remove a person: their tokens stop working from the next request on."""
    await staff.remove(work, staff_id)
    return StaffOut.model_validate(await staff.get_staff(work, staff_id))


@router.post("/staff/{staff_id}/restore")
@error_responses(StaffNotFound, RoleNotHeld, MailSlowed)
async def restore_staff(staff_id: StaffId, work: Inviting) -> StaffOut:
    """Restore a removed person, in their previous role. They have to sign in again."""
    await staff.restore(work, staff_id)
    return StaffOut.model_validate(await staff.get_staff(work, staff_id))


@router.post("/staff/{staff_id}/invite")
@error_responses(StaffNotFound, StaffNotInvited, RoleNotHeld, MailSlowed)
async def invite_staff_again(staff_id: StaffId, work: Inviting) -> StaffOut:
    """Send a new invitation; the previous one stops working."""
    await staff.invite_again(work, staff_id)
    return StaffOut.model_validate(await staff.get_staff(work, staff_id))


# -- signing in ----------------------------------------------------------------------------------


@router.post("/auth/sign-in", dependencies=[redact_on_replay("access_token", "refresh_token")])
@error_responses(SignInFailed, SignInSlowed, HashingBusy, SecretKeyMissing)
async def sign_in(body: SignInIn, comer: Anonymous) -> SignInOut:
    """Sign in with e-mail address and password.

    If you work for several tenants and name none, the answer lists them and has no tokens.
    """
    held, places = await signing.sign_in(
        comer, email=body.email, password=body.password, tenant=body.tenant
    )
    return SignInOut(**_told(held), tenants=[PlaceOut.model_validate(place) for place in places])


@router.post("/auth/refresh", dependencies=[redact_on_replay("access_token", "refresh_token")])
@error_responses(RefreshFailed, RefreshRaced)
async def refresh(body: ExchangeIn, comer: Anonymous) -> TokensOut:
    """Exchange a refresh token for new tokens. Each can be exchanged once.

    Sending one again more than ten seconds later ends the whole session, as it may be stolen.
    """
    return TokensOut(**_told(await sessions.refresh(comer, body.refresh_token)))


@router.post("/auth/sign-out")
@error_responses(SessionNotFound)
async def sign_out(visitor: RequiresLogin) -> EndedOut:
    """End this session; its tokens stop working at once."""
    return EndedOut(sessions_ended=await sessions.sign_out(visitor))


@router.post("/auth/sign-out-everywhere")
@error_responses(SessionNotFound)
async def sign_out_everywhere(visitor: RequiresLogin) -> EndedOut:
    """End all your sessions, in every tenant, including this one."""
    return EndedOut(sessions_ended=await sessions.sign_out_everywhere(visitor))


@router.get("/auth/sessions")
async def list_sessions(
    visitor: RequiresLogin, asked: Annotated[Asked, Depends(sessions.SESSIONS)]
) -> Page[SessionOut]:
    """List your sessions in this tenant. API keys have no sessions."""
    rows = await sessions.list_sessions(visitor, asked)
    return rows.page(SessionOut.model_validate(row) for row in rows)


@router.delete("/auth/sessions/{session_id}")
@error_responses(SessionNotFound)
async def end_session(session_id: SessionId, visitor: RequiresLogin) -> EndedOut:
    """End one of your sessions in this tenant."""
    return EndedOut(sessions_ended=await sessions.sign_out(visitor, session_id))


@router.post("/auth/password")
@error_responses(
    SessionNotFound, PasswordWrong, WeakPassword, SignInSlowed, HashingBusy, SecretKeyMissing
)
async def change_password(body: PasswordIn, visitor: RequiresLogin) -> EndedOut:
    """Change your password. All your other sessions end, in every tenant."""
    ended = await changing.change_password(
        visitor, current=body.current_password, new=body.new_password
    )
    return EndedOut(sessions_ended=ended)


@router.post("/auth/forgot-password", status_code=202)
@error_responses(MailSlowed, SecretKeyMissing)
async def forgot_password(body: ForgotIn, comer: Anonymous) -> SaidOut:
    """Send a link for choosing a new password. The answer is the same for every address."""
    await changing.forget_password(comer, email=body.email)
    return SaidOut(detail="If a person here has this address, a mail is on its way.")


@router.post("/auth/reset-password")
@error_responses(LinkInvalid, WeakPassword, HashingBusy, SecretKeyMissing)
async def reset_password(body: ResetIn, comer: Anonymous) -> SaidOut:
    """Choose a new password with the link from a mail. All your sessions end, in every tenant."""
    await changing.reset_password(comer, token=body.token, new=body.new_password)
    return SaidOut(detail="Your password has been changed; sign in with the new one.")


@router.post("/auth/invitation")
@error_responses(LinkInvalid, SecretKeyMissing)
async def look_at_invitation(body: InvitationTokenIn, comer: Anonymous) -> InvitationOut:
    """Read what an invitation is for. Nothing changes."""
    return InvitationOut.model_validate(await joining.look_at(comer, body.token))


@router.post(
    "/auth/accept-invitation",
    status_code=201,
    dependencies=[redact_on_replay("access_token", "refresh_token")],
)
@error_responses(
    LinkInvalid, WeakPassword, PasswordWrong, SignInSlowed, HashingBusy, SecretKeyMissing
)
async def accept_invitation(body: InvitedIn, comer: Anonymous) -> TokensOut:
    """Join the staff of a tenant and sign in.

    If you already have a login, send its password; otherwise choose one.
    """
    held = await joining.accept(comer, token=body.token, name=body.name, password=body.password)
    return TokensOut(**_told(held))


# -- signing in with a browser -------------------------------------------------------------------


@router.post("/auth/browser/sign-in")
@error_responses(Unauthenticated, SignInFailed, SignInSlowed, HashingBusy, SecretKeyMissing)
async def sign_in_browser(
    body: SignInIn, comer: Anonymous, request: Request, response: Response
) -> BrowserSessionOut:
    """Sign in with e-mail address and password; the tokens go into cookies.

    With these cookies, requests that name the tenant in the header `Laurels-Tenant` are
    authenticated. If you work for several tenants and name none, the answer lists them.
    """
    held, places = await signing.sign_in(
        comer, email=body.email, password=body.password, tenant=body.tenant
    )
    if held is not None:
        browser.give(request, response, places[0].slug, held)
    return BrowserSessionOut(
        tenant=None if held is None else places[0].slug,
        tenants=[PlaceOut.model_validate(place) for place in places],
    )


@router.post("/auth/browser/refresh")
@error_responses(Unauthenticated, RefreshFailed, RefreshRaced)
async def refresh_browser(comer: Anonymous, request: Request, response: Response) -> SaidOut:
    """Exchange the session in this browser's cookies for a fresh one."""
    await browser.refresh(request, response, comer)
    return SaidOut(detail="The session goes on.")


@router.post("/auth/browser/switch")
@error_responses(Unauthenticated, SignInFailed, SessionNotFound)
async def switch_tenant(
    body: TenantSwitchIn, visitor: RequiresLogin, request: Request, response: Response
) -> BrowserSessionOut:
    """Go on in another tenant that you work for, without a password. This session stays."""
    held = await browser.switch(visitor, body.tenant)
    browser.give(request, response, body.tenant, held)
    return BrowserSessionOut(tenant=body.tenant, tenants=[])


@router.post("/auth/browser/one-time")
@error_responses(Unauthenticated, LinkInvalid, SignInFailed)
async def sign_in_by_link(
    body: OneTimeIn, comer: Anonymous, request: Request, response: Response
) -> BrowserSessionOut:
    """Sign in with a link that works once, as `laurels run` and `laurels operator` print it."""
    slug, held = await sign_in_links.use_link(comer, body.token)
    browser.give(request, response, slug, held)
    return BrowserSessionOut(tenant=slug, tenants=[])


@router.post("/auth/browser/accept-invitation", status_code=201)
@error_responses(
    Unauthenticated,
    LinkInvalid,
    WeakPassword,
    PasswordWrong,
    SignInSlowed,
    HashingBusy,
    SecretKeyMissing,
)
async def accept_invitation_in_browser(
    body: InvitedIn, comer: Anonymous, request: Request, response: Response
) -> BrowserSessionOut:
    """Join the staff of a tenant and sign in; the tokens go into cookies."""
    invitation = await joining.look_at(comer, body.token)
    held = await joining.accept(comer, token=body.token, name=body.name, password=body.password)
    browser.give(request, response, invitation.tenant_slug, held)
    return BrowserSessionOut(tenant=invitation.tenant_slug, tenants=[])


@router.post("/auth/browser/sign-out")
@error_responses(SessionNotFound)
async def sign_out_browser(
    visitor: RequiresLogin, request: Request, response: Response
) -> EndedOut:
    """End this browser's session, and take its cookies away."""
    ended = await browser.sign_out(visitor)
    browser.forget(request, response)
    return EndedOut(sessions_ended=ended)


@router.get("/me")
async def who_am_i(visitor: RequiresLogin) -> MeOut:
    """Read who you are, in which tenant and role, and your permissions."""
    return MeOut.model_validate(await me.about(visitor))


# -- saved views ---------------------------------------------------------------------------------


@router.get("/saved-views")
@error_responses(PersonRequired)
async def list_saved_views(
    visitor: RequiresLogin,
    screen: Annotated[Screen | None, Query(description="Of this list only.")] = None,
) -> SavedViewsOut:
    """List your saved views and those that colleagues share."""
    async with at_desk(visitor) as desk:
        rows = await desk.list_views(screen)
    return SavedViewsOut(data=[SavedViewOut.model_validate(row) for row in rows])


@router.post("/saved-views", status_code=201)
@error_responses(PersonRequired, SharingForbidden, SavedViewExists, SavedViewsFull)
async def save_view(body: SavedViewIn, visitor: RequiresLogin) -> SavedViewOut:
    """Save what stands in the address of a list under a name, for yourself or for everyone."""
    async with at_desk(visitor) as desk:
        return SavedViewOut.model_validate(await desk.save(**body.model_dump()))


@router.put("/saved-views/default")
@error_responses(PersonRequired, SavedViewNotFound)
async def set_default_view(body: DefaultViewIn, visitor: RequiresLogin) -> SavedViewsOut:
    """Set with which view a list opens for you. Returns the views of that list."""
    async with at_desk(visitor) as desk:
        await desk.set_default(body.screen, body.view_id)
        rows = await desk.list_views(body.screen)
    return SavedViewsOut(data=[SavedViewOut.model_validate(row) for row in rows])


@router.patch("/saved-views/{saved_view_id}")
@error_responses(
    PersonRequired, SavedViewNotFound, SharingForbidden, SavedViewExists, VersionConflict
)
async def change_saved_view(
    saved_view_id: SavedViewId, body: SavedViewPatch, visitor: RequiresLogin
) -> SavedViewOut:
    """Change the fields of a saved view that are sent. Shared ones need `auth:invite`."""
    async with at_desk(visitor) as desk:
        return SavedViewOut.model_validate(await desk.change(saved_view_id, **body.model_dump()))


@router.delete("/saved-views/{saved_view_id}")
@error_responses(PersonRequired, SavedViewNotFound, SharingForbidden)
async def delete_saved_view(saved_view_id: SavedViewId, visitor: RequiresLogin) -> SavedViewOut:
    """Delete a saved view. Shared ones need `auth:invite`, and are gone for everyone."""
    async with at_desk(visitor) as desk:
        return SavedViewOut.model_validate(await desk.delete(saved_view_id))


def _told(held: Tokens | None) -> dict[str, Any]:
    """Return the fields of tokens, null where there are none."""
    names = ("access_token", "refresh_token", "expires_in", "session_id")
    return {name: held and getattr(held, name) for name in names}
