"""How other servers fare with the same bytes: `python -m tests.serving.compare FOLDER`.

FOLDER is the bin folder of an environment that has them (`pip install granian hypercorn uvicorn
httptools h11`); docs/decisions/0027 has what came out.
"""

import subprocess
import sys
import time
from pathlib import Path

from tests.support.outside import children_of, free_port

from .cases import CASES
from .floods import ENDLESS, many, memory_mb, pour, seconds_until_closed, watching
from .test_framing import judged

APP = "tests.serving.echo:app"
UVICORN = ("uvicorn", APP, "--log-level", "critical", "--no-access-log")
SERVERS = {
    "uvicorn, httptools": (*UVICORN, "--http", "httptools", "--port"),
    "uvicorn, h11": (*UVICORN, "--http", "h11", "--port"),
    "granian": (
        "granian", APP, "--interface", "asgi", "--http", "1", "--no-ws", "--no-log",
        "--http1-buffer-size", "24576", "--http1-header-read-timeout", "5000", "--port",
    ),
    "hypercorn": ("hypercorn", APP, "--log-level", "critical", "--read-timeout", "5", "--bind"),
}  # fmt: skip
LONG_SECONDS = 15


def say(text: str) -> None:
    """Tell the person at the keyboard."""
    sys.stdout.write(f"{text}\n")


def compare(words: tuple[str, ...], folder: Path) -> None:
    """Start a server and print what becomes of it."""
    port = free_port()
    place = f"127.0.0.1:{port}" if words[-1] == "--bind" else str(port)
    process = subprocess.Popen([folder / words[0], *words[1:], place])
    try:
        time.sleep(3)
        pids = [process.pid, *children_of(process.pid)]
        for name, wrong in judged(port, CASES).items():
            say(f"  misread: {name}: {wrong[:100]}")
        for name, (begin, again) in ENDLESS.items():
            before = memory_mb(*pids)
            with watching(port) as watch:
                taken = pour(port, begin, again, size=20_000_000)
            grown = memory_mb(*pids) - before
            waited = watch.worst * 1000
            say(f"  endless {name}: {taken / 1e6:.1f} MB, others {waited:.0f} ms, {grown:+.0f} MB")
        for name, begun in {"nothing": (), "half a head": (b"GET / HT",)}.items():
            closed = seconds_until_closed(port, *begun, pause=1, most=LONG_SECONDS)
            say(f"  closed after {closed:.0f} s: {name}")
        lines = many(port, 1000, b"GET / HT")
        say(f"  1,000 half heads: {memory_mb(*pids):.0f} MB")
        for line in lines:
            line.close()
    finally:
        process.terminate()
        process.wait(timeout=60)


if __name__ == "__main__":
    for each, command in SERVERS.items():
        say(each)
        compare(command, Path(sys.argv[1]))
