"""An import in a process of its own, which can be killed.

python -m tests.support.importing URL TENANT FILE REJECTS
"""

import asyncio
import sys
from pathlib import Path
from uuid import UUID

from laurels import imports
from laurels.kit.db.pool import Database


async def main(url: str, tenant: str, file: str, rejects: str) -> None:
    """Import the purchases of a file."""
    database = Database(url, pool_size=2)
    options = imports.Options(
        file=Path(file), rejects_dir=Path(rejects), source="shop", welcome=True
    )
    await imports.import_purchases(database, UUID(tenant), options)
    await database.close()


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
