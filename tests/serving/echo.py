"""A bare ASGI application that says what it was given, so that a case can look at it."""

import asyncio
import json


async def app(scope, receive, send):
    """Answer with the request as it was seen; `/late` looks at the headers once more at the end.

    `/large` answers with more than any buffer between us holds.
    """
    if scope["type"] == "lifespan":
        await _live(receive, send)
        return
    assert scope["type"] == "http", scope["type"]
    body, whole = b"", False
    while not whole:
        message = await receive()
        if message["type"] == "http.disconnect":
            break
        body += message.get("body", b"")
        whole = not message.get("more_body", False)
    if scope["path"] == "/late":
        await asyncio.sleep(0.2)
    seen = {
        "method": scope["method"],
        "path": scope["path"],
        "headers": [[n.decode("latin-1"), v.decode("latin-1")] for n, v in scope["headers"]],
        "body": body.decode("latin-1"),
        "whole": whole,
    }
    if scope["path"] == "/large":
        seen["large"] = "x" * 1_000_000
    said = json.dumps(seen).encode()
    fields = [(b"content-type", b"application/json"), (b"content-length", b"%d" % len(said))]
    await send({"type": "http.response.start", "status": 200 if whole else 400, "headers": fields})
    await send({"type": "http.response.body", "body": said})


async def _live(receive, send):
    while True:
        message = await receive()
        await send({"type": f"{message['type']}.complete"})
        if message["type"] == "lifespan.shutdown":
            return
