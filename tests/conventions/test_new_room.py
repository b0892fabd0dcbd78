"""A new room says itself what it has: it is made in a copy of the house, and everybody finds it."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from .test_layers import copy, lint

PLACES = {
    "layers.py": [('    ("segments",),\n', '    ("segments",),\n    ("gadgets",),\n')],
    "permissions.py": [
        ('    IMPORTS_READ = "', '    GADGETS_READ = "gadgets:read"\n    IMPORTS_READ = "'),
        ("    _P.IMPORTS_READ: ", "    _P.GADGETS_READ: (_A, _M),\n    _P.IMPORTS_READ: "),
    ],
    "kit/values/ids.py": [('    "hold": "hld",\n', '    "gadget": "gdg",\n    "hold": "hld",\n')],
}
"""What has to know a new room besides its migration: where it stands, who may, how ids begin."""

ROOM = {
    "gadgets/__init__.py": '''"""Gadgets, for this test."""

import asyncio

from laurels.kit.db.pool import Database
from laurels.kit.work import Work


async def apply_preset(work: Work, preset: str) -> None:
    """Every tenant begins without gadgets."""


async def run_gadgets(database: Database, stop: asyncio.Event) -> None:
    """Wait until `stop` is set."""
    await stop.wait()


LOOPS = {"gadgets": run_gadgets}
__all__ = ["LOOPS", "apply_preset"]
''',
    "gadgets/models.py": '''"""Tables of gadgets."""

from sqlalchemy.orm import Mapped

from laurels.kit.db.tables import Base, Id, TenantOwned


class Gadget(TenantOwned, Base):
    """A gadget."""

    __tablename__ = "gadgets"
    id: Mapped[Id]
''',
    "gadgets/functions.sql": "-- A function of gadgets.\n",
    "gadgets/jobs.py": '''"""What gadgets do by themselves."""

from laurels.kit.jobs import job
from laurels.kit.work import Work


@job("gadgets.tidy", daily="03:30", limit=1)
async def tidy(work: Work, *, limit: int) -> int:
    """Tidy up."""
    return 0
''',
    "gadgets/providers.py": '''"""What carries messages of gadgets."""

from laurels import outbound
from laurels.kit.db.pool import Database


class GadgetProvider(outbound.Provider):
    """Sends gadgets nowhere."""

    name = "gadget"

    async def send(self, database: Database, message: outbound.Message) -> outbound.Outcome:
        """Say that it arrived."""
        return outbound.Sent()


outbound.register(GadgetProvider())
''',
    "gadgets/member_lifecycle.py": '''"""The part of gadgets in the lives of members."""

from laurels.events import Erasing, lifecycle_hook
from laurels.kit.work import Work


@lifecycle_hook(Erasing)
async def erase(work: Work, change: Erasing) -> None:
    """No gadget knows anybody."""
''',
    "gadgets/handlers.py": '''"""What gadgets do about events."""

from collections.abc import Sequence

from laurels import events
from laurels.events.catalogue.gadgets import GadgetMade
from laurels.kit.work import Work


@events.handler("gadgets.on_made", GadgetMade)
async def on_made(work: Work, happened: Sequence[events.StoredEvent]) -> None:
    """Hear of it."""
''',
    "gadgets/routes.py": '''"""Gadgets over HTTP."""

from typing import Annotated

from fastapi import APIRouter

from laurels.kit.http.access import requires
from laurels.kit.http.route import TransactionalRoute
from laurels.kit.work import Work
from laurels.permissions import Permission

router = APIRouter(prefix="/v1/gadgets", tags=["gadgets"], route_class=TransactionalRoute)
Reading = Annotated[Work, requires(Permission.GADGETS_READ)]


@router.get("")
async def count_gadgets(work: Reading) -> dict[str, int]:
    """Count the gadgets."""
    return {"gadgets": 0}
''',
    "events/catalogue/gadgets.py": '''"""What can happen to gadgets."""

from dataclasses import dataclass
from typing import ClassVar

from .base import Event


@dataclass(slots=True)
class GadgetMade(Event):
    """There is a new gadget."""

    name: ClassVar[str] = "gadget.made"
''',
}
"""Its own folder, with something in every file that is found by its name; and its events."""

LOOK = """
import json
from laurels import auth, domains, outbound
from laurels.api import create_app
from laurels.events import Erasing, parts
from laurels.events.catalogue import CATALOGUE
from laurels.events.handling import handlers
from laurels.kit.db.pool import Database
from laurels.kit.jobs import all_jobs
from laurels.migrations.runner import function_files

document = create_app(Database("postgresql://")).openapi()
print(json.dumps({
    "events": "gadget.made" in CATALOGUE and "gadget.made" in document["webhooks"],
    "apply_preset": "laurels.gadgets" in {each.__module__ for each in domains.PRESET_INSTALLERS},
    "handlers": "gadgets.on_made" in handlers(),
    "jobs": "gadgets.tidy" in all_jobs(),
    "loops": "gadgets" in domains.LOOPS,
    "providers": "gadget" in outbound.registered(),
    "member_lifecycle": "laurels.gadgets.member_lifecycle"
    in {each.__module__ for each in parts(Erasing)},
    "permissions": "gadgets:read" in auth.ROLES[auth.Role.MANAGER],
    "routes": "/v1/gadgets" in document["paths"],
    "sql": "gadgets/functions.sql" in function_files(),
    "tables": "laurels.gadgets" in domains.load_models().tables,
    "tags": "gadgets" in {tag["name"] for tag in document["tags"]},
}))
"""


@pytest.fixture
def house(tmp_path: Path) -> Path:
    """A copy of the house with one room more."""
    package = copy(tmp_path)
    for name, text in ROOM.items():
        (package / name).parent.mkdir(exist_ok=True)
        (package / name).write_text(text)
    for name, edits in PLACES.items():
        text = (package / name).read_text()
        for old, new in edits:
            assert text.count(old) == 1, f"{name} has changed: {old}"
            text = text.replace(old, new)
        (package / name).write_text(text)
    return tmp_path


def test_a_new_room_is_found_by_everybody(house):
    environment = os.environ | {"PYTHONPATH": str(house / "src")}

    found = subprocess.run(
        [sys.executable, "-c", LOOK], env=environment, capture_output=True, text=True, check=False
    )

    assert found.returncode == 0, found.stderr
    missing = [what for what, there in json.loads(found.stdout).items() if not there]
    assert missing == []


def test_a_new_room_keeps_the_contracts(house):
    found = lint(house)

    assert found.returncode == 0, found.stdout


def test_the_contract_is_for_a_new_room_too(house):
    package = house / "src" / "laurels"
    with (package / "segments" / "service.py").open("a") as file:
        file.write("\n\nfrom laurels import gadgets\n")
    with (package / "gadgets" / "models.py").open("a") as file:
        file.write("\n\nfrom . import routes\n")

    found = lint(house)

    assert found.returncode == 1
    assert "laurels.segments.service -> laurels.gadgets" in found.stdout
    assert "laurels.gadgets.models -> laurels.gadgets.routes" in found.stdout


def test_few_places_know_a_new_room():
    """Whoever adds one here makes the next room harder to add; its migration is the fourth."""
    assert len(PLACES) <= 3
    assert {name.split("/")[0] for name in ROOM} == {"gadgets", "events"}
