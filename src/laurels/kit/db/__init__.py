"""The database: its pool of connections, roles and tables."""
