"""How commands speak: tables and sentences for people, JSON for programs, errors on stderr."""

import asyncio
import json
import socket
import sys
from collections.abc import Coroutine, Iterable
from typing import Any, NoReturn, TypeVar

import asyncpg
import typer
from rich.console import Console, ConsoleOptions, RenderableType
from rich.segment import Segment

from laurels.kit.db.pool import PoolExhausted
from laurels.kit.errors import AppError
from laurels.kit.postgres.server import PostgresError
from laurels.kit.process.program import command
from laurels.kit.values.text import printable

# What is no terminal has no width: a file or a pipe gets whole lines, with nothing cut off.
PIPE_WIDTH = 400


class Plain(Console):
    """A console that no text of others steers: their control characters are shown, not sent."""

    def render(
        self, renderable: RenderableType, options: ConsoleOptions | None = None
    ) -> Iterable[Segment]:
        """Yield what is printed, each text as a terminal can be shown it."""
        for text, style, control in super().render(renderable, options):
            yield Segment(text if control else printable(text), style, control)


out = Plain(highlight=False, width=None if sys.stdout.isatty() else PIPE_WIDTH)
err = Plain(stderr=True, highlight=False)
T = TypeVar("T")


def say_json(value: Any) -> None:
    """Print a value as JSON on stdout."""
    sys.stdout.write(json.dumps(value, indent=2, default=str) + "\n")


def fail(message: str, *, code: int = 1) -> NoReturn:
    """Print what went wrong on stderr and end the command."""
    err.print(f"[bold red]error:[/] {message}", soft_wrap=True)
    raise typer.Exit(code)


def run(work: Coroutine[Any, Any, T]) -> T:
    """Run a command's work; say its errors in words rather than as a traceback."""
    try:
        return asyncio.run(work)
    except AppError as error:
        place = f" ({error.fields[0].field})" if error.fields else ""
        fail(f"{error.message}{place}")
    except PostgresError as error:
        fail(str(error))
    except PoolExhausted:
        fail("no database connection became free; raise LAURELS_POOL_SIZE")
    except asyncpg.InvalidAuthorizationSpecificationError as error:
        fail(f"the database refused the login: {error}")
    except (ConnectionRefusedError, FileNotFoundError, socket.gaierror, TimeoutError) as error:
        fail(
            f"the database cannot be reached ({error}); check LAURELS_DATABASE_URL and that the"
            " server is running"
        )
    except (
        OSError,
        asyncpg.PostgresConnectionError,
        asyncpg.InterfaceError,
        asyncpg.CannotConnectNowError,
        asyncpg.AdminShutdownError,
        asyncpg.CrashShutdownError,
    ) as error:
        # What the driver says of its own calls helps nobody who did not make them.
        why = "" if isinstance(error, asyncpg.InterfaceError) else f" ({error})"
        fail(
            f"the connection to the database was lost{why}; nothing was left half done. Run the"
            " command again."
        )
    except asyncpg.InsufficientPrivilegeError as error:
        fail(
            f"the database refused: {error}; the owner's URL, LAURELS_ADMIN_DATABASE_URL, may help"
        )
    except asyncpg.PostgresError as error:
        fail(f"the database refused: {error}; {command('db status')} shows where it stands")
    except KeyboardInterrupt:
        fail("stopped; committed work stays. Run the command again to continue", code=130)
