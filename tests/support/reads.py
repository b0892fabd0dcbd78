"""How many rows a transaction has read, by the server's own count: what a plan costs."""

from laurels.kit.work import Work


async def rows_read(work: Work, *tables: str) -> int:
    """The rows of these tables that were read so far in this transaction."""
    counts = " + ".join(
        f"pg_stat_get_xact_tuples_{how}('laurels.{table}'::regclass)"
        for table in tables
        for how in ("returned", "fetched")
    )
    row = await work.fetchrow(f"select {counts}")
    assert row is not None, "a statement without a table returns a row"
    return row[0]
