"""A PostgreSQL server of our own: found, started, stopped, and run under the right account."""
