"""What holds on every screen, whichever rooms bring it: axe finds nothing serious, and it fits.

Screens are found by links, as `./dev screenshots` finds them, so none has to be listed here.
"""

import itertools

import pytest
from tools.screenshots import LANGUAGES, SCHEMES, Site, find, forms_of

from laurels import auth
from laurels.kit.work import OPERATOR, PLATFORM, open_work
from tests.support.browsing import check_accessibility, check_no_sideways_scroll
from tests.support.size import pick

pytestmark = pytest.mark.slow
# Each word and each colour is seen at least once; before a release in every combination.
COMBINATIONS = pick([("en", "light"), ("de", "dark")], list(itertools.product(LANGUAGES, SCHEMES)))
_keys = itertools.count()


async def _fill(client):
    """A tenant with one of everything that has a screen of its own."""

    async def post(path, **body):
        answer = await client.post(
            path, json=body, headers={"Idempotency-Key": f"fill-{next(_keys)}"}
        )
        assert answer.is_success, answer.text
        return answer.json()

    anna = await post(
        "/v1/members", external_id="anna", email="anna@example.com", first_name="Anna"
    )
    bought = await post("/v1/purchases", member="anna", amount="240.00", currency="USD")
    await post(f"/v1/purchases/{bought['id']}/refunds", amount="10.00", external_id="r-1")
    reward = await post("/v1/rewards", name="Coffee", type="free_product", cost_points=20,
                        value={"sku": "COF"})  # fmt: skip
    await post("/v1/redemptions", member_id=anna["id"], reward_id=reward["id"])
    await post("/v1/segments", name="Regulars", kind="static")
    await post("/v1/webhook-endpoints", url="https://example.com/hook", description="Till")


async def _look(site, address, open_tab, language, scheme):
    """Find the screens of a site and say what is wrong with each."""
    tab = await open_tab(None, language=language, scheme=scheme, storage_state=site.state)
    faults = []

    async def seen_at(path):
        for check in (
            check_accessibility(tab.page, schemes=(scheme,)),
            check_no_sideways_scroll(tab.page),
        ):
            try:
                await check
            except AssertionError as fault:
                faults.append(f"{site.name}/{path} in {language}: {fault}")

    await find(site, address, tab.page, seen_at)
    return faults


@pytest.mark.parametrize(("language", "scheme"), COMBINATIONS)
async def test_every_screen_of_a_tenant(tab, open_tab, address, client, language, scheme):
    await _fill(client)
    site = Site(tab.tenant, dict(await tab.context.storage_state()), forms_of("tenant"))

    faults = await _look(site, address, open_tab, language, scheme)

    assert "members" in site.paths
    assert "\n".join(faults) == ""


@pytest.mark.parametrize(("language", "scheme"), COMBINATIONS)
async def test_every_screen_of_the_operators(database, open_tab, address, language, scheme):
    async with open_work(database, tenant_id=PLATFORM, actor=OPERATOR) as work:
        link = await auth.make_operator_link(work, name="test")
    outside = await open_tab(None)
    token = link.partition("#token=")[2]
    answer = await outside.context.request.post(
        f"{address}/v1/auth/browser/one-time", data={"token": token}, headers={"Origin": address}
    )
    assert answer.ok, await answer.text()
    site = Site("platform", dict(await outside.context.storage_state()), forms_of("platform"))

    faults = await _look(site, address, open_tab, language, scheme)

    assert "\n".join(faults) == ""
