"""The floor: bare ASGI, one prepared call per request. No routing, no credentials, no rules."""

import json
import os
from typing import Any

import asyncpg

TYPE = (b"content-type", b"application/json")


class Floor:
    """An application that reads JSON, calls `yard.post` and answers JSON."""

    def __init__(self) -> None:
        self.pool: Any = None

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        """Answer one request, or open and close the pool."""
        if scope["type"] == "lifespan":
            await self.live(receive, send)
            return
        body = b""
        while True:
            message = await receive()
            body += message.get("body", b"")
            if not message.get("more_body"):
                break
        asked = json.loads(body)
        async with self.pool.acquire() as connection:
            balance = await connection.fetchval(
                "select yard.post($1, $2, $3)", asked["w"], asked["a"], asked["k"]
            )
        status = 201 if balance >= 0 else 409
        body = json.dumps({"balance": balance}).encode()
        headers = [TYPE, (b"content-length", str(len(body)).encode())]
        await send({"type": "http.response.start", "status": status, "headers": headers})
        await send({"type": "http.response.body", "body": body})

    async def live(self, receive: Any, send: Any) -> None:
        """Open the pool when the server starts, close it when it stops."""
        while True:
            message = await receive()
            if message["type"] == "lifespan.startup":
                url = os.environ["LAURELS_BENCH_URL"]
                self.pool = await asyncpg.create_pool(url, min_size=8, max_size=8)
                await send({"type": "lifespan.startup.complete"})
            else:
                await self.pool.close()
                await send({"type": "lifespan.shutdown.complete"})
                return


app = Floor()
