"""How many rows a transaction has read, by the server's own count: what a plan costs."""

from laurels.kit.work import Work


async def rows_read(work: Work, *tables: str) -> int:
    """The rows of these tables, and the entries of their indexes, read so far in this transaction.

    The server counts what a plain index scan reads at the index alone.
    """
    row = await work.fetchrow(
        "select sum(pg_stat_get_xact_tuples_returned(r.id) + pg_stat_get_xact_tuples_fetched(r.id))"
        " from unnest($1::text[]) as t (name), lateral (select t.name::regclass::oid as id"
        "  union all select indexrelid from pg_index where indrelid = t.name::regclass) as r",
        [f"laurels.{table}" for table in tables],
    )
    assert row is not None, "a statement without a table returns a row"
    return row[0]
