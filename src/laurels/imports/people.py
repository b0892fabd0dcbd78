"""The imports' part in the lives of members: refused rows that tell of an erased person go."""

from laurels.events import Erasing, takes_part
from laurels.kit.work import Work


@takes_part(Erasing)
async def erase_words(work: Work, story: Erasing) -> None:
    """No refused row holds a word of the person any more."""
    await work.fetch(
        "select laurels.scrub_rejected_rows($1, $2)", work.tenant_id, list(story.texts)
    )
