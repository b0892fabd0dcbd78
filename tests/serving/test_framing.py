"""No request is taken for another, and nothing that never ends is waited for."""

import random
import sys
from concurrent.futures import ThreadPoolExecutor

import pytest

from tests.support import size
from tests.support.outside import children_of

from .cases import CASES
from .conftest import bare
from .floods import (
    ENDLESS,
    deaf,
    many,
    memory_mb,
    pour,
    seconds_until_closed,
    watching,
)
from .raw import converse, request

pytestmark = pytest.mark.slow
HEAD_SECONDS = 1
"""Of the server of these tests; the product waits longer."""
HICCUP_SECONDS = size.pick(500, 100) / 1000
"""What others may feel. The small size runs beside other tests, on cores that are busy."""


def judged(port, cases, wait=0.5):
    """What is wrong with each of these cases."""

    def judge(case):
        return case.judge(converse(port, *case.steps, wait=wait))

    with ThreadPoolExecutor(16) as pool:
        found = pool.map(judge, cases)
    return {case.name: wrong for case, wrong in zip(cases, found, strict=True) if wrong}


def test_no_request_is_misread(echo):
    # A case that a busy machine answers late is asked again, with more patience.
    wrong = judged(echo.port, CASES)
    again = judged(echo.port, [case for case in CASES if case.name in wrong], wait=5)

    assert len(CASES) > 120
    assert again == {}


@pytest.mark.parametrize("what", sorted(ENDLESS))
def test_what_never_ends_is_cut_off_and_nobody_feels_it(echo, what):
    begin, again = ENDLESS[what]
    before = memory_mb(*echo.pids)

    with watching(echo.port) as watch:
        taken = pour(echo.port, begin, again, size=size.pick(8_000_000, 100_000_000))

    assert watch.worst < HICCUP_SECONDS
    assert watch.failed == 0
    assert memory_mb(*echo.pids) - before < 10
    if what != "chunk size":
        # What the kernel's buffers took is in it; leading zeros of a size are read as they come.
        assert taken < 8_000_000


@pytest.mark.parametrize(
    "beginnings",
    [(), (b"GET / HT",), (b"GET / HTTP/1.1\r\nX-A:", b" b"), (b"", b"\r\n"), (request("GET"),),
     (request("GET"), b"G")],
    ids=["nothing", "half a head", "a slow head", "blank lines", "an answer", "a slow second"],
)  # fmt: skip
def test_a_connection_on_which_no_head_arrives_is_closed(echo, beginnings):
    most = HEAD_SECONDS * 20

    assert seconds_until_closed(echo.port, *beginnings, pause=0.3, most=most) < most


def test_a_flood_of_connections_is_capped_and_passes():
    most = size.pick(100, 1000)
    with bare(connections=most, head_seconds=HEAD_SECONDS) as server:
        before = memory_mb(*server.pids)
        lines = many(server.port, most * 3 // 2, b"GET / HT")
        held = memory_mb(*server.pids)
        # Whoever comes now waits in line, for no longer than a head may take.
        answered = [converse(server.port, request("GET"), answers=1).statuses for _ in range(3)]
        for line in lines:
            line.close()

    assert len(lines) > most
    assert answered == [[200]] * 3
    assert held - before < 30


@pytest.mark.skipif(sys.platform != "linux", reason="only there the system can tell")
def test_a_connection_whose_answers_nobody_reads_is_closed():
    most = 20
    with bare(connections=most, unread_seconds=2) as server:
        lines = [deaf(server.port, "/large") for _ in range(most)]
        # Whoever comes now waits in line, until those who read nothing have gone.
        answered = converse(server.port, request("GET"), answers=1).statuses
        for line in lines:
            line.close()

    assert answered == [200]


def test_hostile_bytes_by_the_thousand(echo):
    chance = random.Random("hostile")
    parts = [b"".join(s for s in case.steps if isinstance(s, bytes)) for case in CASES]

    def hostile(_):
        wire = bytearray(chance.choice(parts))
        for _ in range(chance.randrange(4)):
            at = chance.randrange(len(wire))
            wire[at : at + chance.randrange(3)] = chance.choice(
                [b"", b"\r\n", b"\n", b"\x00", b" ", b":", b"0", b"\xff", b"\r\n\r\n", b"chunked"]
            )
        return converse(echo.port, bytes(wire), wait=0.05).statuses

    before = memory_mb(*echo.pids)
    with watching(echo.port) as watch, ThreadPoolExecutor(16) as pool:
        statuses = [
            status for each in pool.map(hostile, range(size.pick(500, 20_000))) for status in each
        ]

    assert not [status for status in statuses if status >= 500 and status not in {501, 505}]
    assert watch.failed == 0
    assert watch.worst < HICCUP_SECONDS
    assert memory_mb(*echo.pids) - before < 20
    assert converse(echo.port, request("GET"), answers=1).statuses == [200]
    assert len(children_of(echo.process.pid)) == 1
