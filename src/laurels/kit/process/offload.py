"""Heavy computing beside the event loop, so that everybody else is answered meanwhile.

One thread does it, one thing after the other: whoever asks for much waits for each other.
"""

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import ParamSpec, TypeVar

P = ParamSpec("P")
R = TypeVar("R")
_thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="laurels-aside")


async def offload(function: Callable[P, R], *args: P.args, **kwargs: P.kwargs) -> R:
    """Return what a function returns that needs neither a connection nor the event loop."""
    loop = asyncio.get_running_loop()
    return await loop.run_in_executor(_thread, lambda: function(*args, **kwargs))
