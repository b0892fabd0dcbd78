"""Measure, print the table, and with `--write` keep it in docs/benchmarks.md."""

import argparse
import asyncio
import gc
import platform
import statistics
import sys
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

from rich.console import Console
from rich.progress import Progress
from rich.table import Table

from laurels.cli.memory import expect_batches

from .doors import CORES, Doors
from .reads import HEAD as READ_HEAD
from .reads import MEMBERS as MANY_MEMBERS
from .reads import PURCHASES, READS, Reads
from .realistic import KEYS, MEMBERS, Realistic
from .rows import Bench
from .segments import GOALS as SEGMENT_GOALS
from .segments import HEAD as SEGMENT_HEAD
from .segments import QUESTIONS, STEPS, Segments
from .yard import Reading, Yard, close_yard, limit, open_yard, set_limit, settle_down

DOCUMENT = Path(__file__).parents[1] / "docs" / "benchmarks.md"
ROWS: list[tuple[str, str, float | None]] = [
    ("the limit, 1 client", "", None),
    ("the limit, 16 clients", "", None),
    ("the set-based limit, 1,000 per call", "", None),
    ("ledger.post ×1,000, no lots", "the set-based limit, 1,000 per call", 0.5),
    ("ledger.post ×1,000, expiring lots", "the set-based limit, 1,000 per call", 0.3),
    ("whole pipeline ×1,000", "the set-based limit, 1,000 per call", 0.25),
    ("CSV import, per row", "the set-based limit, 1,000 per call", None),
    ("one reward redeemed, 16 concurrent", "the limit, 16 clients", None),
    ("one reward redeemed, 16 in a batch", "the limit, 16 clients", None),
]
"""Each row, what it is compared with, and the goal of that ratio."""

FLOOR = "bare ASGI, one call per request"
LONE = "a lone transaction, no HTTP, 1 connection"
SINGLE = "one purchase per request, 1 connection"
MANY = f"{CORES} processes"
REALISTIC = "a realistic tenant, 50 keys"
DOORS: list[tuple[str, str, str, int, int]] = [
    (LONE, "lone", "", 1, 1),
    (f"{FLOOR}, 1 connection", "floor", "floor", 1, 1),
    (SINGLE, "purchases", "api", 1, 1),
    (f"{FLOOR}, 16 connections", "floor", "floor", 16, 1),
    ("one purchase per request, 16 connections", "purchases", "api", 16, 1),
    (f"{FLOOR}, 16 connections, {MANY}", "floor", "floor by many", 16, 1),
    (f"one purchase per request, 16 connections, {MANY}", "purchases", "api by many", 16, 1),
    (f"{FLOOR}, 64 connections", "floor", "floor", 64, 1),
    ("one purchase per request, 64 connections", "purchases", "api", 64, 1),
    (f"one purchase per request, 64 connections, {MANY}", "purchases", "api by many", 64, 1),
    (f"{FLOOR}, 256 connections", "floor", "floor", 256, 1),
    ("1,000 purchases per request, 1 connection", "bulk", "api", 1, 1000),
    *((f"{REALISTIC}, {n} connections", "realistic", "api", n, 1) for n in (1, 16, 64, 256)),
]
"""Each HTTP row: what is sent, to whom, over how many connections, how much a request holds."""
AT_SIXTEEN = "one purchase per request, 16 connections"
DOOR_GOALS = {
    AT_SIXTEEN: 0.5,
    f"{AT_SIXTEEN}, {MANY}": 0.5,
    f"{REALISTIC}, 16 connections": 0.4,
    f"{REALISTIC}, 64 connections": 0.7,
    f"{REALISTIC}, 256 connections": 0.9,
}
SEGMENTS = [(name, what) for name in QUESTIONS for what in STEPS]
"""Each row about segments: the segment, and what is done with it."""
CPU_GOAL_US, MEMORY_GOAL_MB, LONE_GOAL = 400, 150, 2


def resident_mb() -> float:
    """Return the most memory that this process has held, in MB."""
    for line in Path("/proc/self/status").read_text().splitlines():
        if line.startswith("VmHWM"):
            return int(line.split()[1]) / 1024
    return 0.0


async def measure(
    yard: Yard, rounds: int, seconds: float, only: str
) -> tuple[dict[str, list[Reading]], float]:
    """Measure every row once per round, in turns, so that a noisy minute hits all of them.

    With `only` those whose name holds it. Return the readings, and the most memory that the API
    process has held, in MB.
    """
    expect_batches()
    bench = Bench(yard)
    await bench.prepare()
    folder = yard.cluster.data.parents[2]
    steps: dict[str, Callable[[], Awaitable[Reading]]] = {
        ROWS[0][0]: lambda: limit(yard, clients=1, seconds=seconds),
        ROWS[1][0]: lambda: limit(yard, clients=16, seconds=seconds),
        ROWS[2][0]: lambda: set_limit(yard, seconds=seconds),
        ROWS[3][0]: lambda: bench.batches(seconds, lots=False),
        ROWS[4][0]: lambda: bench.batches(seconds, lots=True),
        ROWS[5][0]: lambda: bench.pipeline(seconds),
        ROWS[6][0]: lambda: bench.file(folder),
        ROWS[7][0]: lambda: bench.redemptions(seconds),
        ROWS[8][0]: lambda: bench.redemptions(seconds, together=16),
    }
    buyers = Segments(yard, bench.database)
    if any(only in f"{name}: {what}" for name, what in SEGMENTS):
        await buyers.prepare()
    for name, what in SEGMENTS:
        steps[f"{name}: {what}"] = partial(buyers.measure, name, what, seconds / 2)
    realistic = Realistic(bench)
    if any(only in name for name, what, *_ in DOORS if what == "realistic"):
        await realistic.prepare(bench.database)
    doors = Doors(yard, bench.members, realistic)
    reads = Reads(yard, doors)
    if any(only in name for name in READS):
        await reads.prepare(bench.database)
    for name in READS:
        steps[name] = partial(reads.measure, name, seconds / 2)
    await doors.open(bench.database, bench.pipe_tenant)
    for name, what, by, connections, each in DOORS:
        steps[name] = partial(doors.measure, what, by, connections, seconds, each)
    await settle_down(yard)
    steps = {name: step for name, step in steps.items() if only in name}
    found: dict[str, list[Reading]] = {name: [] for name in steps}
    try:
        await _rounds(steps, found, rounds)
        memory = doors.servers["api"].memory_mb()
    finally:
        await doors.close()
    await bench.database.close()
    return found, memory


async def _rounds(
    steps: dict[str, Callable[[], Awaitable[Reading]]],
    found: dict[str, list[Reading]],
    rounds: int,
) -> None:
    with Progress(console=Console(stderr=True)) as progress:
        task = progress.add_task("measuring", total=rounds * len(steps))
        for _ in range(rounds):
            for name, step in steps.items():
                progress.update(task, description=name)
                gc.collect()
                found[name].append(await step())
                progress.advance(task)


def median(readings: list[Reading], value: Callable[[Reading], float]) -> float:
    """Return the middle of a figure over the rounds."""
    return statistics.median(value(reading) for reading in readings)


def lines(found: dict[str, list[Reading]]) -> list[list[str]]:
    """Return the table's cells."""
    speed = {name: median(r, lambda x: x.count / x.seconds) for name, r in found.items()}
    cells: list[list[str]] = []
    for name, against, goal in ROWS:
        readings = found.get(name)
        if readings is None:
            continue
        server = median(readings, lambda x: x.server / x.count * 1e6)
        client = median(readings, lambda x: x.client / x.count * 1e6)
        ratio = speed[name] / speed[against] if against in speed else None
        cells.append(
            [
                name,
                f"{speed[name]:,.0f}",
                f"{server:.0f}",
                f"{client:.0f}" if client else "",
                "" if ratio is None else f"{ratio:.2f}",
                "" if goal is None else f"≥ {goal}",
                "" if goal is None or ratio is None else ("met" if ratio >= goal else "not met"),
            ]
        )
    return cells


def door_lines(found: dict[str, list[Reading]]) -> list[list[str]]:
    """Return the cells of the HTTP table."""
    cells: list[list[str]] = []
    floors: dict[int, float] = {}
    waits: dict[int, tuple[float, float]] = {}
    for name, what, _, connections, _ in DOORS:
        readings = found.get(name)
        if readings is None:
            continue
        speed = median(readings, lambda x: x.count / x.seconds)
        if what == "floor":
            # More processes make the floor slower here; whatever is compared is with the faster.
            floors[connections] = max(speed, floors.get(connections, 0))
            if speed == floors[connections]:
                waits[connections] = (
                    median(readings, lambda x: x.p50), median(readings, lambda x: x.p99),
                )  # fmt: skip
        beside = what in {"floor", "lone"} or connections not in floors
        ratio = None if beside else speed / floors[connections]
        goal = DOOR_GOALS.get(name)
        cells.append(
            [
                name,
                f"{speed:,.0f}",
                _wait(median(readings, lambda x: x.p50), 0, None if beside else waits[connections]),
                _wait(median(readings, lambda x: x.p99), 1, None if beside else waits[connections]),
                f"{median(readings, lambda x: x.server / x.count * 1e6):.0f}",
                f"{median(readings, lambda x: x.client / x.count * 1e6):.0f}",
                "" if ratio is None else f"{ratio:.2f}",
                "" if goal is None else f"≥ {goal}",
                "" if goal is None or ratio is None else ("met" if ratio >= goal else "not met"),
            ]
        )
    return cells


def _wait(seconds: float, place: int, floor: tuple[float, float] | None) -> str:
    """Return a wait in milliseconds, and how many times that of the floor it is."""
    told = f"{seconds * 1000:.2f}"
    return told if floor is None else f"{told} ({seconds / floor[place]:.1f}×)"


def segment_lines(found: dict[str, list[Reading]]) -> list[list[str]]:
    """Return the cells of the table about segments: each against counting by hand."""
    cells: list[list[str]] = []
    floor = 0.0
    for name, what in SEGMENTS:
        readings = found.get(f"{name}: {what}")
        if readings is None:
            continue
        spent = median(readings, lambda x: x.seconds / x.count * 1000)
        floor = spent if what == STEPS[0] else floor
        times = spent / floor if floor else None
        goal = SEGMENT_GOALS.get(what)
        cells.append(
            [
                name,
                what,
                f"{spent:.0f}",
                f"{median(readings, lambda x: x.server / x.count * 1000):.0f}",
                "" if times is None or what == STEPS[0] else f"{times:.2f}",
                "" if goal is None else f"≤ {goal}",
                "" if goal is None or times is None else ("met" if times <= goal else "not met"),
            ]
        )
    return cells


def read_lines(found: dict[str, list[Reading]]) -> list[list[str]]:
    """Return the cells of the table about looking."""
    cells: list[list[str]] = []
    for name, (_, goal) in READS.items():
        readings = found.get(name)
        if readings is None:
            continue
        late = median(readings, lambda x: x.p95 * 1000)
        cells.append(
            [
                name,
                f"{median(readings, lambda x: x.p50 * 1000):.0f}",
                f"{late:.0f}",
                f"{median(readings, lambda x: x.server / x.count * 1000):.0f}",
                f"{median(readings, lambda x: x.client / x.count * 1000):.0f}",
                "" if goal is None else f"≤ {goal}",
                "" if goal is None else ("met" if late <= goal else "not met"),
            ]
        )
    return cells


DOOR_HEAD = ["HTTP", "per second", "p50 ms", "p99 ms", "database µs", "API µs", "ratio", "goal", ""]
HEAD = ["what", "per second", "server µs", "client µs", "ratio", "goal", ""]


def show(head: list[str], cells: list[list[str]]) -> None:
    """Print a table for people."""
    table = Table(box=None, header_style="bold")
    for name in head:
        side = "left" if name in {"", "what", "HTTP", "segment", "looking"} else "right"
        table.add_column(name, justify=side, no_wrap=True)
    for row in cells:
        table.add_row(*row)
    Console(width=120).print(table)


def _markdown(cells: list[list[str]]) -> str:
    return "\n".join("| " + " | ".join(row) + " |" for row in cells)


def _spent(door_cells: list[list[str]]) -> str:
    """Return in words what a purchase at 16 connections costs in processor time."""
    row = next(row for row in door_cells if row[0] == AT_SIXTEEN)
    spent = int(row[4]) + int(row[5])
    return f"{spent} µs, {'met' if spent <= CPU_GOAL_US else 'not met'}"


def slower_than_lone(found: dict[str, list[Reading]]) -> float | None:
    """Return how many times a lone transaction's p99 a request over one connection takes at p99.

    None when either was not measured.
    """
    if SINGLE not in found or LONE not in found:
        return None
    return median(found[SINGLE], lambda x: x.p99) / median(found[LONE], lambda x: x.p99)


def _lone_in_words(times: float | None) -> str:
    if times is None:
        return "not measured"
    return f"{times:.2f} times, {'met' if times <= LONE_GOAL else 'not met'}"


def document(
    cells: list[list[str]],
    door_cells: list[list[str]],
    segment_cells: list[list[str]],
    read_cells: list[list[str]],
    arguments: argparse.Namespace,
    memory: float,
    times: float | None,
) -> str:
    """Return the page that is kept."""
    version = platform.python_version()
    rounds, seconds = arguments.rounds, arguments.seconds
    rows = _markdown(cells)
    found = "met" if memory <= MEMORY_GOAL_MB else "not met"
    return f"""# Benchmarks

Measured on {datetime.now(UTC):%Y-%m-%d} with
`./dev bench --rounds {rounds} --seconds {seconds:g} --write`: {platform.machine()}, {_cores()}
cores shared by server and client, Python {version}, the embedded PostgreSQL with `fsync` and
`synchronous_commit` on, its log written to files that were there before, as after a while of use.
Medians over {rounds} rounds measured in turns. Only the ratios mean anything on another machine;
processor time per operation moves least.

| {" | ".join(HEAD)} |
|---|---:|---:|---:|---:|---:|---|
{rows}

Memory of the measuring process at its highest: {resident_mb():.0f} MB.

## Over HTTP

| {" | ".join(DOOR_HEAD)} |
|---|---:|---:|---:|---:|---:|---:|---|---|
{_markdown(door_cells)}

- Processor time of one purchase at 16 connections, server and database together (goal: at most
  {CPU_GOAL_US} µs): {_spent(door_cells)}.
- p99 of a purchase over one connection against p99 of a lone transaction in the same run (goal: at
  most {LONE_GOAL} times): {_lone_in_words(times)}.
- Memory of the API process at its highest (goal: at most {MEMORY_GOAL_MB} MB): {memory:.0f} MB,
  {found}.
- The **floor** is bare ASGI on granian: it reads JSON, makes the one call of the limit, answers
  JSON. It has no routing, no credentials, no rules, no reasons and no outbox.
- A **lone transaction** is `settlement.settle` of one such purchase at a time, from `begin` to the
  answer to `commit`, on one connection, in a process of its own: no HTTP, no credentials and no
  stored answer, but all rows of the purchase and the wait for the disk.
- A **purchase** is the whole of it: credentials, an `Idempotency-Key` of its own, a natural key,
  rules, ledger, why, totals, outbox, and the stored answer.
- Each ratio is against the floor at as many connections, the faster one where there are two. Bulk
  is counted in purchases.
- **Processes** are those of `laurels serve --processes`; the floor's are alike. More of them make
  the floor slower here, because it keeps both cores busy with one.
- A **realistic tenant** has the preset `shopify` with its four tiers, ten rules for
  purchases of which three ask for member, tier and line, and two segments; it has {MEMBERS:,}
  members, and {KEYS} API keys ask in turn. Its purchases have two lines. In brackets: how many
  times the wait of the floor.
- The load generator is a process of its own on the same cores, the same for both.

- The **limit** is one prepared call of a function that writes an idempotency key, a wallet with its
  check and one row, driven by pgbench. The **set-based limit** does a thousand of these in one
  statement. `bench/limit.sql` has both; neither has tenants, rules, reasons or an outbox.
- The **pipeline** is `settlement.settle`: members, purchases, rules, ledger, why, totals, outbox.
- The **import** reads, checks and books a CSV file of 20,000 purchases.
- The **bytes** that a purchase takes, table by table, stand in
  [decision 0038](decisions/0038-what-is-equal-is-kept-once.md).
- Goals are the project's own.

## Segments

| {" | ".join(SEGMENT_HEAD)} |
|---|---|---:|---:|---:|---:|---|
{_markdown(segment_cells)}

- 23,570 members buy as those of the CDNOW data did: half of them once, a few often.
- **By hand** is one `count(*)` with the same filter, written for this question alone, with inner
  joins where a member without purchases cannot match anyway.
- **Preview** also counts all members and shows twenty with what was found. **Recompute** asks
  twice, for who joined and for who left, and writes the averages; with everybody new it also writes
  a row with its reasons for each in three indexes.

## Looking

| {" | ".join(READ_HEAD)} |
|---|---:|---:|---:|---:|---:|---|
{_markdown(read_cells)}

- {MANY_MEMBERS:,} members with {PURCHASES:,} purchases in a year, of which four in five moved
  points, asked over HTTP, one request after the other. Database and API are processor time of one
  request: on a busy machine they move less than the wait.

## What holds each figure back

- **HTTP**: at 1 connection nothing ever waits, so every purchase pays the fixed price of a batch
  alone: seven round trips, and a dozen statements that start anew. It falls with the size of the
  batch. At 16 connections batches of two and of fourteen take turns, because those who are answered
  first begin the next one; so that price is paid twice for sixteen, and while the process thinks
  the database rests and the other way round: one batch of a tenant is under way at a time. Two
  processes keep both cores busy, with batches half as large and colder caches. At 64 the rows of a
  purchase, its reasons, its answer and the request around it are what is left.
- **Batches without lots**: beside the yardstick's two rows, a movement writes an outbox row and its
  member's number, and checks a foreign key, ten constraints and the wall. Client and server take
  turns: while Python decides and turns lists into arrays, the server waits.
- **Expiring lots**: one row more in two more indexes, and lots travel as JSON.
- **The pipeline**: seven rows in eleven indexes and three updates, against two rows in three
  indexes and one update of the yardstick; and Python's processor time comes on top, not beside it.
- **The import** also reads and checks text, keeps its own progress, and refreshes the planner's
  statistics while the tables grow.
"""


def _cores() -> int:
    import os

    return os.cpu_count() or 1


async def main(arguments: argparse.Namespace) -> None:
    """Open the yard, measure, say what came out."""
    yard = await open_yard()
    try:
        found, memory = await measure(yard, arguments.rounds, arguments.seconds, arguments.only)
    finally:
        close_yard(yard)
    cells, door_cells, segment_cells = lines(found), door_lines(found), segment_lines(found)
    read_cells = read_lines(found)
    show(HEAD, cells)
    show(DOOR_HEAD, door_cells)
    show(SEGMENT_HEAD, segment_cells)
    show(READ_HEAD, read_cells)
    times = slower_than_lone(found)
    sys.stderr.write(f"p99 at 1 connection against a lone transaction: {_lone_in_words(times)}\n")
    sys.stderr.write(f"memory of the API process: {memory:.0f} MB\n")
    if arguments.write:
        DOCUMENT.write_text(
            document(cells, door_cells, segment_cells, read_cells, arguments, memory, times)
        )
        sys.stderr.write("written to docs/benchmarks.md\n")


parser = argparse.ArgumentParser(prog="./dev bench", description=__doc__)
parser.add_argument("--rounds", type=int, default=5, help="how often each row is measured")
parser.add_argument("--seconds", type=float, default=3.0, help="how long each time")
parser.add_argument("--write", action="store_true", help="keep the table in docs/benchmarks.md")
parser.add_argument("--only", default="", help="measure only rows whose name holds this")
chosen = parser.parse_args()
if chosen.write and chosen.only:
    parser.error("--write keeps the whole table: leave --only out")
asyncio.run(main(chosen))
