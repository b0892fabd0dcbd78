"""The imports' part in the lives of members: refused rows that tell of an erased person go."""

from laurels.events import Erasing, lifecycle_hook
from laurels.kit.work import Work


@lifecycle_hook(Erasing)
async def erase_words(work: Work, change: Erasing) -> None:
    """No refused row holds a word of the person any more."""
    await work.fetch(
        "select laurels.scrub_rejected_rows($1, $2)", work.tenant_id, list(change.texts)
    )
