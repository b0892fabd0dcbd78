"""0008: the switch of earning moves, with its value and a version of its own; and back."""

import json
import uuid

from laurels.migrations import runner

from .conftest import ask

SETTINGS = """
select section, values::text, version from laurels.tenant_settings
where tenant_id = $1 order by section
"""
HISTORY = """
select section, version, values::text, actor_type from laurels.tenant_settings_history
where tenant_id = $1 order by section, version
"""


async def tenant_with(url, **sections):
    """A tenant that has these values in these sections, each at its second version."""
    tenant = uuid.uuid4()
    await ask(
        url,
        "insert into laurels.tenants (id, slug, name, preset, currency, time_zone)"
        " values ($1, $2, 'x', 'plain', 'USD', 'UTC')",
        tenant,
        f"t-{tenant.hex[:8]}",
    )
    for section, values in sections.items():
        await ask(
            url,
            "insert into laurels.tenant_settings (tenant_id, section, values, version, updated_at)"
            " values ($1, $2, $3::text::jsonb, 2, now())",
            tenant, section, json.dumps(values),
        )  # fmt: skip
        for version in (1, 2):
            await ask(
                url,
                "insert into laurels.tenant_settings_history (tenant_id, section, version, values,"
                " changed_at, actor_type) values ($1, $2, $3, $4::text::jsonb, now(), 'api_key')",
                tenant, section, version, json.dumps(values),
            )  # fmt: skip
    return tenant


async def read(url, tenant):
    rows = await ask(url, SETTINGS, tenant)
    return {row[0]: (json.loads(row[1]), row[2]) for row in rows}


async def test_the_switch_moves_and_moves_back(migrated_url):
    await runner.downgrade(migrated_url, "0007")
    off = await tenant_with(migrated_url, earning={"enabled": False})
    other = await tenant_with(migrated_url, purchases={"max_amount": "5"})

    await runner.upgrade(migrated_url, "0008")
    there = await read(migrated_url, off)
    versions = [(*tuple(row)[:2], row[3]) for row in await ask(migrated_url, HISTORY, off)]
    await runner.downgrade(migrated_url, "0007")
    back = await read(migrated_url, off)

    assert there == {"earning": ({}, 3), "loyalty": ({"loyalty_enabled": False}, 1)}
    assert versions[-2:] == [("earning", 3, "migration"), ("loyalty", 1, "migration")]
    assert back == {"earning": ({"enabled": False}, 4), "loyalty": ({}, 2)}
    assert await read(migrated_url, other) == {"purchases": ({"max_amount": "5"}, 2)}
