"""Hostile texts in every text field of every write: no 5xx, and no key keeps what nobody sees.

The fields come from the OpenAPI document, so a new one is tried from its first day on. Each request
has one hostile field; `--size full` tries every class of text in every field, else some of them.
"""

import copy
import json
from collections.abc import Iterator
from typing import Any
from zlib import crc32

import pytest

from laurels.kit.http.openapi import operations
from laurels.kit.values.ids import encode
from laurels.kit.values.text import check_key, check_prose
from tests.support.openapi import document, resolved
from tests.support.size import pick

TEXTS = {
    "null": "a\x00b", "escape": "a\x1b[2Jb", "zero width": "a\u200bb", "mark": "\ufeffab",
    "bidi": "a\u202eb", "half": "a\ud800", "other form": "e\u0301", "long": "x" * 10_000,
    "Kelvin": "\u212aelvin@example.com", "dotted": "\u0130@example.com", "ring": "\u212b",
}  # fmt: skip
OF_EACH = pick(1, len(TEXTS))
"""How many classes of text each field gets."""
KEYS = """
select c.relname as table, a.attname as column
from pg_attribute as a inner join pg_class as c on c.oid = a.attrelid
where c.relnamespace = 'laurels'::regnamespace and c.relkind in ('r', 'p') and a.attnum > 0
  and not a.attisdropped and a.atttypid = 'text'::regtype
  and a.attname in ('external_id', 'email', 'source', 'code', 'slug', 'sku', 'subject', 'channel')
  and has_table_privilege('laurels_app', c.oid, 'select')
  and exists (select from pg_attribute as t where t.attrelid = c.oid and t.attname = 'tenant_id')
order by 1, 2
"""


def fields(schema: dict[str, Any], place: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """Where an object of this schema has texts."""
    schema = resolved(schema)
    for part in (*schema.get("anyOf", []), *schema.get("oneOf", []), *schema.get("allOf", [])):
        yield from fields(part, place)
    if len(place) > 6:
        return
    if schema.get("type") == "string" and "const" not in schema and "enum" not in schema:
        yield place
    for name, part in schema.get("properties", {}).items():
        yield from fields(part, (*place, name))
    if "items" in schema:
        yield from fields(schema["items"], (*place, 0))


def with_text(example: Any, place: tuple[Any, ...], text: str) -> Any:
    """The example, with this text in its place."""
    if not place:
        return text
    step, *rest = place
    if isinstance(step, int):
        inner = example[0] if isinstance(example, list) and example else {}
        return [with_text(inner, tuple(rest), text)]
    found = copy.deepcopy(example) if isinstance(example, dict) else {}
    found[step] = with_text(found.get(step), tuple(rest), text)
    return found


def example_of(schema: dict[str, Any], depth: int = 0) -> Any:
    """The least that an object of this schema says."""
    schema = resolved(schema)
    if "examples" in schema:
        return schema["examples"][0]
    if "const" in schema or "enum" in schema:
        return schema.get("const", schema.get("enum", [None])[0])
    for several in ("anyOf", "oneOf", "allOf"):
        if several in schema and depth < 6:
            return example_of(schema[several][0], depth + 1)
    if schema.get("type") == "object" and depth < 6:
        wanted = schema.get("required", [])
        parts = schema.get("properties", {})
        return {name: example_of(parts[name], depth + 1) for name in wanted if name in parts}
    if schema.get("type") == "array":
        return [example_of(schema["items"], depth + 1)] if depth < 6 else []
    return {"string": "a@example.com", "integer": 1, "boolean": True}.get(schema.get("type", ""))


WRITES = [
    (method.upper(), path, operation)
    for path, method, operation in operations(document())
    if method in {"post", "put", "patch"}
    # Files are no JSON; tests of imports and of pictures send hostile ones.
    and "application/json" in resolved(operation.get("requestBody", {})).get("content", {})
]


@pytest.mark.parametrize(
    ("method", "path", "operation"), WRITES, ids=[each["operationId"] for *_, each in WRITES]
)
async def test_no_hostile_text_is_a_fault_or_a_key(client, house, method, path, operation):
    member = await house.member(balance=10)
    known = {name: value async for name, value in _ids(client, member)}
    address = path
    for name in [part for part in path.split("/") if part.startswith("{")]:
        address = address.replace(name, known.get(name, "nothing"))
    schema = resolved(operation["requestBody"])["content"]["application/json"]["schema"]
    example = example_of(schema)

    for place in dict.fromkeys(fields(schema)):
        names = sorted(TEXTS, key=lambda name: crc32(f"{path}{place}{name}".encode()))
        for name in names[:OF_EACH]:
            body = with_text(example, place, TEXTS[name])
            answer = await client.request(
                method, address, content=_dumped(body), headers={"content-type": "application/json"}
            )
            assert answer.status_code < 500, (place, name, answer.text)

    async with house.work() as work:
        for row in await work.fetch(KEYS):
            kept = await work.fetch(
                f'select "{row[1]}" from laurels."{row[0]}" where tenant_id = $1'
                f' and "{row[1]}" is not null',
                work.tenant_id,
            )
            for (text,) in kept:
                assert check_key(text) == text, (row, text)
                assert check_prose(text) == text


async def _ids(client, member):
    yield "{member_id}", encode("member", member)
    wallet = (await client.get(f"/v1/members/{encode('member', member)}/wallets")).json()["data"][0]
    yield "{wallet_id}", wallet["id"]
    yield "{program_id}", wallet["program_id"]
    pool = {"name": "Pool", "type": "custom", "cost_points": 1, "fulfilment": "pool"}
    yield "{reward_id}", (await client.post("/v1/rewards", json=pool)).json()["id"]
    paid = {"member_id": encode("member", member), "amount": "10.00", "currency": "USD"}
    yield "{purchase_id}", (await client.post("/v1/purchases", json=paid)).json()["id"]
    manual = {"name": "By hand", "type": "custom", "cost_points": 1, "fulfilment": "manual"}
    reward = (await client.post("/v1/rewards", json=manual)).json()["id"]
    taken = {"member_id": encode("member", member), "reward_id": reward}
    yield "{redemption_id}", (await client.post("/v1/redemptions", json=taken)).json()["id"]


def _dumped(body: Any) -> bytes:
    return json.dumps(body).encode()
