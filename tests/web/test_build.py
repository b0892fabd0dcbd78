"""The build of the web part: what it depends on, and what is said where it cannot be done."""

import shutil

import pytest
from tools import web

from tests.deploy.test_wheel import dev

NOBODY = "http://127.0.0.1:9"


@pytest.fixture
def elsewhere(tmp_path, monkeypatch):
    """The sources of the web part in a folder of their own, nothing installed."""
    shutil.copytree(web.WEB, tmp_path / "web", ignore=shutil.ignore_patterns("node_modules"))
    document = web.OPENAPI.relative_to(web.ROOT)
    (tmp_path / document).parent.mkdir(parents=True)
    shutil.copy(web.OPENAPI, tmp_path / document)
    home = web.node_home()
    for name in ("WEB", "DOCS", "OPENAPI", "BUILT", "DIGEST", "MODULES", "STAMP", "SCHEMA"):
        place = getattr(web, name).relative_to(web.ROOT)
        monkeypatch.setattr(web, name, tmp_path / place)
    monkeypatch.setattr(web, "ROOT", tmp_path)
    monkeypatch.setattr(web, "node_home", lambda: home)
    return tmp_path


def test_a_build_is_that_of_its_sources_and_of_the_api_and_of_nothing_else(elsewhere):
    before = web.digest()
    (elsewhere / "web/node_modules").mkdir()
    (elsewhere / "web/node_modules/any.js").write_text("1")
    web.SCHEMA.write_text("generated")

    assert web.digest() == before
    for changed in (web.OPENAPI, elsewhere / "web/package-lock.json", web.WEB / "src/ui/theme.ts"):
        changed.write_text(f"{changed.read_text()} ")
        assert web.digest() != before
        before = web.digest()


def test_without_npms_registry_one_is_told_so_and_goes_on(elsewhere, monkeypatch, capfd):
    monkeypatch.setenv("npm_config_registry", NOBODY)
    monkeypatch.setenv("npm_config_cache", str(elsewhere / "cache"))
    monkeypatch.setenv("npm_config_fetch_retries", "0")
    script = dev()
    script.web = web

    assert script.build_web() is False

    assert "dev: `npm ci` failed in web/" in capfd.readouterr().err
