"""A worker to be killed: it writes down what it sends, and hangs when it is told to.

    python -m tests.outbound.worker URL FILE hang|go

What it wrote down has left the house; whether that is booked is the question.
"""

import asyncio
import signal
import sys
import time
from pathlib import Path

from laurels import outbound
from laurels.kit.db.pool import Database


class Pen(outbound.Provider):
    """Writes the reference of each message into a file."""

    name = "post"
    timeout_seconds, slack_seconds = 3.0, 0.5
    ordered = True

    def __init__(self, file: Path, *, hang: bool) -> None:
        self.file, self.hang = file, hang

    async def send(self, database: Database, message: outbound.Message) -> outbound.Outcome:
        with self.file.open("a") as target:
            target.write(f"{message.reference} {(message.payload or {})['word']}\n")
        await asyncio.sleep(0.1)  # Another one of the destination is sent beside it.
        while self.hang:
            # It is killed here, after the call and before the booking.
            time.sleep(1)  # noqa: ASYNC251 - no timeout gets in between
        return outbound.Sent()


async def main(url: str, file: str, how: str) -> None:
    """Work until SIGTERM."""
    database, stop = Database(url, pool_size=4), asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, stop.set)
    pen = Pen(Path(file), hang=how == "hang")
    await outbound.run_outbound(database, stop, {"post": pen})
    await database.close()


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
