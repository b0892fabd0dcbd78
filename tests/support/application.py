"""The application, made once: the framework reads each route anew for every one, for half a second.

A test that changes it, or wants other limits, makes its own.
"""

from functools import lru_cache

from fastapi import FastAPI

from laurels.api import create_app
from laurels.kit.db.pool import Database
from laurels.kit.http.middleware import Limits

from .waiting import PATIENCE_SECONDS


@lru_cache(maxsize=8)
def application(database: Database) -> FastAPI:
    """The application on this database."""
    return create_app(database, limits=Limits(seconds=PATIENCE_SECONDS), close_database=False)


@lru_cache(maxsize=1)
def described() -> FastAPI:
    """The application on no database, for whoever only looks at its routes."""
    return create_app(Database("postgresql://"))
