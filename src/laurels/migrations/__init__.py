"""Alembic migrations, inside the package so that the wheel can migrate."""
