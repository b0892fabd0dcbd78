"""What tests of imports share: files, runs and counts."""

import csv
import io
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from laurels import domains, imports
from laurels.imports.parsing import REQUIRED
from tests.support.make import House


@dataclass
class Desk:
    """A place at which files are written and imported into a house."""

    house: House
    folder: Path

    def file(self, text: str | bytes, name: str = "shop.csv") -> Path:
        """Write a file."""
        path = self.folder / name
        path.write_bytes(text.encode() if isinstance(text, str) else text)
        return path

    def purchases(self, *rows: dict[str, str], name: str = "shop.csv") -> Path:
        """Write a file of purchases; cells that are not given are sensible."""
        columns = list(dict.fromkeys([*REQUIRED, *(name for row in rows for name in row)]))
        text = io.StringIO()
        writer = csv.DictWriter(text, columns)
        writer.writeheader()
        for number, row in enumerate(rows, start=1):
            usual = {
                "external_id": str(number), "member": "anna", "occurred_at": "2024-05-01",
                "amount": "10", "currency": "USD",
            }  # fmt: skip
            writer.writerow(usual | row)
        return self.file(text.getvalue(), name)

    async def load(self, file: Path, *, activity: Any = imports.import_purchases, **options: Any):
        """Import a file."""
        chosen = imports.Options(file=file, rejects_dir=self.folder / "rejected", **options)
        return await activity(self.house.database, self.house.tenant.id, chosen)

    async def load_members(self, text: str, **options: Any):
        """Import a file of members."""
        return await self.load(
            self.file(text, "members.csv"), activity=imports.import_members, **options
        )

    async def fetch(self, sql: str, *arguments: Any):
        """Run SQL with the tenant as `$1`."""
        async with self.house.work() as work:
            return await work.fetch(sql, self.house.tenant.id, *arguments)

    async def counts(self) -> dict[str, int]:
        """Count the rows of every table of the tenant."""
        # Which login belongs to which tenant is no business of the application's.
        tables = [
            table.fullname
            for table in domains.load_models().sorted_tables
            if "tenant_id" in table.columns and table.name != "login_tenants"
        ]
        union = " union all ".join(
            f"select '{name}', count(*) from {name} where tenant_id = $1" for name in tables
        )
        return {row[0]: row[1] for row in await self.fetch(union)}

    async def points(self, member: str) -> int:
        """Return what a member has available."""
        (row,) = await self.fetch(
            "select w.available from laurels.wallets as w join laurels.members as m"
            " on m.tenant_id = w.tenant_id and m.id = w.member_id"
            " where w.tenant_id = $1 and m.external_id = $2",
            member,
        )
        return row[0]


def summary(report: imports.Report) -> tuple[int, int, int, int]:
    """Return read, booked, skipped and rejected."""
    return report.read, report.booked, report.skipped, report.rejected


@pytest.fixture
def desk(house: House, tmp_path: Path) -> Desk:
    """A desk in a house of its own."""
    return Desk(house, tmp_path)
