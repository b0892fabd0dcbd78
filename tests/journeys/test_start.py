"""docs/start.md does what it says: its commands are run, against a real server, and compared."""

import pytest

from tests.support.reading import ENTER, ROOT, SERVE, SKIPPED, Reader, plain, steps
from tests.support.waiting import PATIENCE_SECONDS

pytestmark = pytest.mark.slow


GUIDE = ROOT / "docs" / "start.md"


def test_the_guide_does_what_it_says(reader: Reader):
    server = None
    wrong: list[str] = []

    try:
        for step in steps(GUIDE):
            if step.commands.startswith(SKIPPED) or step.commands.strip() == ENTER:
                continue
            if step.commands.strip() == SERVE:
                server = reader.serve()
                continue
            printed = reader.type(step.commands)
            if step.printed is not None and plain(printed) != plain(step.printed):
                wrong.append(f"{step.commands}prints\n{printed}but the page says\n{step.printed}")
    finally:
        if server is not None:
            server.terminate()
            server.wait(timeout=PATIENCE_SECONDS)

    assert server is not None, "the page starts no server"
    assert not wrong, "\n\n".join(wrong)


def test_the_guide_has_something_to_do():
    assert len(steps(GUIDE)) > 10
    assert sum(step.printed is not None for step in steps(GUIDE)) > 8
