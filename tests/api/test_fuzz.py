"""Schemathesis over the whole OpenAPI: no 5xx, and no answer that the document does not name.

The seed is fixed. Half of the ids that are well formed become ids of things that are there.
Each operation gets at most 15 requests, or 200 with `--size full`.
"""

import asyncio
import itertools
import re
import uuid
from collections.abc import Iterator
from typing import Any
from zlib import crc32

import httpx
import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, settings
from schemathesis import checks
from schemathesis.config import GenerationConfig, ProjectConfig, ProjectsConfig, SchemathesisConfig
from schemathesis.generation import GenerationMode
from schemathesis.specs.openapi import checks as rules

from laurels import auth
from laurels.kit.db import roles
from laurels.kit.db.pool import Database
from laurels.kit.http.idempotency import KEY_PATTERN, MAX_KEY
from laurels.kit.work import OPERATOR, PLATFORM, open_work
from tests.support import cluster
from tests.support.openapi import document
from tests.support.server import served
from tests.support.size import pick

EXAMPLES = pick(15, 200)
MAX_ADDRESS = 8_000
STREAMS = "/stream$"
TRUTHS = [
    checks.not_a_server_error,
    rules.status_code_conformance,
    rules.content_type_conformance,
    rules.response_headers_conformance,
    rules.response_schema_conformance,
    rules.negative_data_rejection,
]
_KEY = re.compile(KEY_PATTERN)
_numbers = itertools.count()
_ID = re.compile(r"([a-z]{3})_[0-7][0-9a-hjkmnp-tv-z]{25}")
_GENERATION = GenerationConfig(
    modes=[GenerationMode.POSITIVE, GenerationMode.NEGATIVE],
    with_security_parameters=False,
)
_CONFIG = SchemathesisConfig(projects=ProjectsConfig(default=ProjectConfig(generation=_GENERATION)))
schema = schemathesis.openapi.from_dict(document(), config=_CONFIG).exclude(path_regex=STREAMS)


@pytest.fixture(scope="module")
def grounds(database_name: str) -> Iterator[dict[str, Any]]:
    """A server on a database of its own, keys of a tenant and an operator, and ids of things."""
    name = f"laurels_fuzz_{uuid.uuid4().hex[:8]}"
    asyncio.run(cluster.clone("laurels_template", name))
    try:
        url = cluster.server().url(database=name, user=roles.APP)
        operator = asyncio.run(_operator_key(url))
        with served(url) as address:
            yield {"address": address, "operator": operator, **_furnish(address, operator)}
    finally:
        asyncio.run(cluster.drop(name))


async def _operator_key(url: str) -> str:
    database = Database(url, pool_size=1)
    async with open_work(database, tenant_id=PLATFORM, actor=OPERATOR) as work:
        made = await auth.create_operator_key(work, name="fuzz")
    await database.close()
    return made.key


def _furnish(address: str, operator: str) -> dict[str, Any]:
    """Make a tenant with a member, purchases, points, a hold and a rule; return key and ids."""
    with httpx.Client(base_url=address) as client:
        client.headers["Authorization"] = f"Bearer {operator}"
        made = _ok(client.post("/v1/platform/tenants", json={"slug": "fuzz"}))
        victim = _ok(client.post("/v1/platform/tenants", json={"slug": "victim"}))
        client.headers["Authorization"] = f"Bearer {made['api_key']}"
        bought = [
            _ok(client.post("/v1/purchases", json={**_PURCHASE, "status": status}))
            for status in ("completed", "pending", "pending")
        ]
        refunded = _ok(client.post(f"/v1/purchases/{bought[0]['id']}/refunds", json={"amount": 1}))
        member = bought[0]["member_id"]
        wallet = _ok(client.get(f"/v1/members/{member}/wallets"))["data"][0]
        place = f"/v1/wallets/{wallet['id']}"
        credited = _ok(client.post(f"{place}/credit", json={"points": 10_000}))
        holds = [_ok(client.post(f"{place}/holds", json={"points": 5})) for _ in range(3)]
        spare = _ok(client.post("/v1/api-keys", json={"name": "spare", "scopes": ["*"]}))
        hook = _ok(client.post("/v1/webhook-endpoints", json={"url": "https://example.com/x"}))
        rules_there = _ok(client.get("/v1/earning-rules"))["data"]
        there = [
            victim["tenant"]["id"], member, wallet["id"], wallet["program_id"], refunded["id"],
            credited["transaction"]["id"], spare["id"], hook["id"],
            *(each["id"] for each in (*bought, *holds)),
            *(rule["id"] for rule in rules_there),
        ]  # fmt: skip
    ids: dict[str, list[str]] = {}
    for each in there:
        ids.setdefault(each[:3], []).append(each)
    return {"key": made["api_key"], "ids": ids}


_PURCHASE = {
    "member": "anna", "amount": "120.00", "currency": "USD",
    "lines": [{"sku": "tea", "unit_price": "60.00", "quantity": 2}],
}  # fmt: skip


def _knowing(case: Any, values: dict[str, Any], known: dict[str, str]) -> dict[str, Any]:
    """The same values, with words of ours in half of the requests that are meant to be right."""
    wrong = case.meta is None or case.meta.generation.mode is not GenerationMode.POSITIVE
    if wrong or crc32(repr(values).encode()) % 2:
        return values
    return {key: known.get(key, value) for key, value in values.items()}


def _ok(answer: httpx.Response) -> dict[str, Any]:
    assert answer.is_success, answer.text
    return answer.json()


KNOWN = {
    "currency": "USD",
    "trigger": "purchase.completed",
}
IN_PATHS = {"section": "purchases", "name": "tenants.max"}
"""Words of ours that chance does not find, in bodies and in paths."""


def _real(value: Any, ids: dict[str, list[str]]) -> Any:
    """The same value, with every other well-formed id replaced by one that is there."""
    if isinstance(value, dict):
        return {key: _real(item, ids) for key, item in value.items()}
    if isinstance(value, list):
        return [_real(item, ids) for item in value]
    found = _ID.fullmatch(value) if isinstance(value, str) else None
    chance = crc32(value.encode()) if found else 1
    if found is None or chance % 2 or found[1] not in ids:
        return value
    return ids[found[1]][chance // 2 % len(ids[found[1]])]


@schema.parametrize()
@settings(
    max_examples=EXAMPLES,
    derandomize=True,
    database=None,
    deadline=None,
    phases=[Phase.explicit, Phase.generate],
    suppress_health_check=list(HealthCheck),
)
def test_no_answer_is_a_5xx_or_undocumented(case: Any, grounds: dict[str, Any]) -> None:
    if case.path_parameters:
        case.path_parameters = _knowing(case, _real(case.path_parameters, grounds["ids"]), IN_PATHS)
    if isinstance(case.body, dict):
        case.body = _knowing(case, _real(case.body, grounds["ids"]), KNOWN)
    sent = case.headers.get("Idempotency-Key")
    if isinstance(sent, str) and len(sent) <= MAX_KEY and _KEY.fullmatch(sent):
        # Chance likes to say the same again, which is refused before anything else is looked at.
        case.headers["Idempotency-Key"] = f"key-{next(_numbers)}"
    key = grounds["operator" if case.operation.path.startswith("/v1/platform") else "key"]

    answer = case.call(base_url=grounds["address"], headers={"Authorization": f"Bearer {key}"})

    if answer.status_code == 431 and len(answer.request.url) > MAX_ADDRESS:
        # Several long parameters at once; the server itself refuses so long an address.
        return
    # A bulk answers 200 and says of each item what is wrong with it.
    bulk = case.operation.path.endswith("/bulk")
    kept = [check for check in TRUTHS if not (bulk and check is rules.negative_data_rejection)]
    case.validate_response(answer, checks=kept)
