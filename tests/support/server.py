"""A real server on a port of its own: uvicorn, in a thread with its own loop and pool."""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

import uvicorn

from laurels.api import create_app
from laurels.kit.db import Database


@contextmanager
def served(url: str) -> Iterator[str]:
    """Serve the API on this database for the block; give its address."""
    app = create_app(Database(url, pool_size=5))
    config = uvicorn.Config(app, host="127.0.0.1", port=0, log_level="error", access_log=False)
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    deadline = time.monotonic() + 20
    while not server.started:
        assert thread.is_alive(), "the server did not start"
        assert time.monotonic() < deadline, "the server does not come up"
        time.sleep(0.02)
    port = server.servers[0].sockets[0].getsockname()[1]
    try:
        yield f"http://127.0.0.1:{port}"
    finally:
        server.should_exit = True
        thread.join(timeout=20)
