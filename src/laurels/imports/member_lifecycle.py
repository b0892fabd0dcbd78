"""The imports' part in the lives of members: refused rows that tell of an erased person go, and
uploaded files, which may."""

from laurels.events import Erasing, lifecycle_hook
from laurels.kit.db.sql import statements
from laurels.kit.work import Work

from . import uploads

SQL = statements(__name__)


@lifecycle_hook(Erasing)
async def erase_words(work: Work, change: Erasing) -> None:
    """No refused row and no uploaded file holds a word of the person any more."""
    await work.fetch(SQL.scrub_rejected_rows, work.tenant_id, list(change.texts))
    await uploads.forget_files_of_people(work)
