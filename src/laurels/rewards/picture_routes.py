"""Uploading and removing pictures of rewards over HTTP; `kit.http.media` serves them."""

from typing import Annotated

from fastapi import APIRouter, Request

from laurels.kit.http.access import requires
from laurels.kit.http.openapi import error_responses
from laurels.kit.http.route import FileRoute
from laurels.kit.work import Work
from laurels.permissions import Permission

from . import pictures, queries
from .errors import PictureTooLarge, PictureUnreadable, RewardArchived, RewardNotFound
from .schemas import RewardId, RewardOut

router = APIRouter(tags=["rewards"], route_class=FileRoute)
Writing = Annotated[Work, requires(Permission.REWARDS_WRITE)]
PATH = "/rewards/{reward_id}/picture"


@router.put(
    PATH,
    openapi_extra={
        "requestBody": {
            "required": True,
            "content": {
                "application/octet-stream": {"schema": {"type": "string", "format": "binary"}}
            },
        }
    },
)
@error_responses(RewardNotFound, RewardArchived, PictureUnreadable, PictureTooLarge)
async def upload_reward_picture(reward_id: RewardId, request: Request, work: Writing) -> RewardOut:
    """Upload the reward's picture: a JPEG, PNG, WebP or GIF with at most 40 million pixels.

    It may have as many bytes as a bulk request. What the file says besides the picture, such as
    where it was taken, is not kept; of an animation it is the first frame.
    """
    await pictures.set_picture(work, reward_id, await request.body())
    return RewardOut.model_validate(await queries.get_reward(work, reward_id))


@router.delete(PATH)
@error_responses(RewardNotFound, RewardArchived)
async def remove_reward_picture(reward_id: RewardId, work: Writing) -> RewardOut:
    """Remove the reward's picture. Its address answers until the following night, at least."""
    await pictures.remove_picture(work, reward_id)
    return RewardOut.model_validate(await queries.get_reward(work, reward_id))
