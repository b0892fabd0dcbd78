"""A data folder of the test's own: mails lie in it."""

from pathlib import Path

import pytest

from laurels.auth import sign_in
from laurels.config import settings


@pytest.fixture(autouse=True)
def refused_at_once(monkeypatch):
    """Whom it does not concern does not wait for a refusal."""
    monkeypatch.setattr(sign_in, "REFUSED_EVERY", 0.001)


@pytest.fixture
def folder(tmp_path: Path, monkeypatch):
    """A data folder of the test's own, into which mails are written."""
    monkeypatch.setenv("LAURELS_DATA_DIR", str(tmp_path))
    monkeypatch.setenv("LAURELS_PUBLIC_URL", "https://shop.example/laurels/")
    settings.cache_clear()
    yield tmp_path
    settings.cache_clear()
