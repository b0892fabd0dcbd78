"""API keys as the API speaks of them."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from pydantic import Field

from laurels.kit.schema import IdOf, Moment, Name, Schema, View

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
    name: str
    mode: str
    hint: str = Field(description="Last four letters, to recognise it by.")
    scopes: list[str]
    created_at: datetime
    expires_at: datetime | None
    revoked_at: datetime | None
    last_used_at: datetime | None


class NewApiKeyOut(ApiKeyOut):
    """A key that was made just now, with what opens doors: this is its one showing."""

    api_key: str | None = Field(
        description="Opens doors. Null in the answer to a repeated request."
    )
