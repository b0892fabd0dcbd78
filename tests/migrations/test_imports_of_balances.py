"""0010: runs of more kinds; on the way back those of kinds unknown then go, with their rows."""

from laurels.migrations import runner

from .conftest import ask
from .test_one_switch import tenant_with

RUN = """
insert into laurels.import_runs (tenant_id, kind, source, file_name, status, started_at)
values ($1, $2, 'x', 'x.csv', 'finished', now()) returning id
"""
ROW = """
insert into laurels.rejected_rows (tenant_id, run_id, line, code, message, row)
values ($1, $2, 2, 'x', 'x', '{}')
"""
LEFT = """
select i.kind, count(r.line) from laurels.import_runs as i
left join laurels.rejected_rows as r on r.tenant_id = i.tenant_id and r.run_id = i.id
where i.tenant_id = $1 group by i.kind order by 1
"""


async def test_runs_of_kinds_that_are_not_known_before_go_on_the_way_back(migrated_url):
    tenant = await tenant_with(migrated_url)
    for kind in ("balances", "members", "vouchers"):
        ((run,),) = await ask(migrated_url, RUN, tenant, kind)
        await ask(migrated_url, ROW, tenant, run)

    await runner.downgrade(migrated_url, "0009")
    left = [tuple(row) for row in await ask(migrated_url, LEFT, tenant)]
    await runner.upgrade(migrated_url)
    await ask(migrated_url, RUN, tenant, "balances")

    assert left == [("members", 1)]
    assert [tuple(row) for row in await ask(migrated_url, LEFT, tenant)] == [
        ("balances", 0), ("members", 1),
    ]  # fmt: skip
    assert await runner.drift(migrated_url) == []
