"""What the tabs of the other tests notice, so that a screen with a fault cannot pass."""

import pytest

from tests.support.browsing import check_accessibility, check_no_sideways_scroll

HERE = "/docs/none"


async def shown(open_tab, html, *, status=200, headers=None):
    """A tab that shows this page in place of one of ours."""
    tab = await open_tab(None)

    async def answer(route):
        await route.fulfill(
            status=status, body=html, content_type="text/html", headers=headers or {}
        )

    await tab.page.route("**/docs/none", answer)
    await tab.page.goto(f"{tab.address}{HERE}")
    await tab.at_rest()
    return tab


@pytest.mark.parametrize(
    ("script", "fault"),
    [
        ("console.error('it broke')", "it broke"),
        ("throw new Error('nobody caught it')", "nobody caught it"),
        ("fetch('/v1/members')", "401 GET"),
        ("document.head.append(Object.assign(document.createElement('script'),"
         " {src: 'http://127.0.0.1:9/x.js'}))", "failed: GET"),
    ],
)  # fmt: skip
async def test_a_tab_notices_errors_and_failed_requests(open_tab, script, fault):
    tab = await shown(open_tab, f"<script>setTimeout(() => {{ {script} }}, 0)</script>")

    await tab.at_rest()
    await tab.page.wait_for_timeout(100)

    assert any(fault in each for each in tab.faults)
    with pytest.raises(AssertionError, match=fault.split()[0]):
        tab.check()
    tab.expect(*tab.faults)


async def test_a_tab_notices_what_the_content_policy_forbids(open_tab):
    policy = {"Content-Security-Policy": "script-src 'self'"}
    tab = await shown(open_tab, "<script>1</script>", headers=policy)

    assert "Content Security Policy" in tab.faults[0]
    tab.expect("Content Security Policy")


async def test_axe_refuses_a_button_without_a_name_and_text_that_is_too_pale(open_tab):
    pale = "<p style='color: #ccc; background: #fff'>Pale</p>"
    head = "<!doctype html><html lang='en'><title>A page</title><main>"
    tab = await shown(open_tab, f"{head}<button></button>{pale}")

    with pytest.raises(AssertionError) as refused:
        await check_accessibility(tab.page, schemes=("light",))

    assert "button-name" in str(refused.value)
    assert "color-contrast" in str(refused.value)


async def test_a_page_that_is_wider_than_a_phone_is_refused(open_tab):
    head = "<meta name='viewport' content='width=device-width'>"
    tab = await shown(open_tab, f"{head}<div style='width: 500px'>wide</div>")

    with pytest.raises(AssertionError, match=r"wide in a window of 360"):
        await check_no_sideways_scroll(tab.page)
