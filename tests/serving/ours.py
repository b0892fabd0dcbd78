"""The bare application behind our own server, as `laurels serve` sets it up.

python -m tests.serving.ours PORT PROCESSES CONNECTIONS HEAD_SECONDS UNREAD_SECONDS
"""

import sys
from functools import partial

from laurels.cli import server
from tests.serving.echo import app


def load(siblings: server.Siblings):
    """The bare application, that joins its siblings when it starts."""

    async def joining(scope, receive, send):
        if scope["type"] == "lifespan":
            siblings.join(lambda: None)
        await app(scope, receive, send)

    return joining


if __name__ == "__main__":
    port, processes, *limits = map(int, sys.argv[1:])
    together = server.Siblings(processes)
    server.serve(
        partial(load, together),
        server.Listen("127.0.0.1", port, processes, *limits),
        together,
        level="warning",
    )
