"""`./dev screenshots` finds the screens as people find them, and takes a picture of each kind."""

from tools import screenshots
from tools.screenshots import Look, Site, find, forms_of, picture, sheet


async def test_screens_are_found_by_links_and_each_has_eight_pictures(
    tab, browser, address, monkeypatch, tmp_path
):
    monkeypatch.setattr(screenshots, "OUT", tmp_path)
    site = Site(tab.tenant, dict(await tab.context.storage_state()), forms_of("tenant"))
    faults = []

    await find(site, address, tab.page)
    looks = [Look(site, "members", language) for language in ("en", "de")]
    for look in looks:
        await picture(look, address, browser, faults)

    assert "members" in site.paths
    assert faults == []
    assert len(list((tmp_path / tab.tenant).glob("members.*.png"))) == 8
    assert sheet(looks, [], []).count("<img") == 8


def test_one_screen_of_each_form_is_looked_at_and_some_of_those_with_names():
    site = Site("shop", {}, forms_of("tenant"))
    for form in ("things/$id", "settings/$section"):
        site.forms[form] = screenshots.rule_of(form)
    first, second = "thg_01m8gckva5egkb841518j9wt2v", "thg_01m8gckxdyea1bct6n4ms5arsc"

    assert screenshots.new_form(site, f"things/{first}")
    assert not screenshots.new_form(site, f"things/{second}")
    assert screenshots.new_form(site, "settings/earning")
    assert screenshots.new_form(site, "settings/tiers")
    assert screenshots.new_form(site, "members")
    assert not screenshots.new_form(site, "members?page=2")
