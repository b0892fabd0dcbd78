"""A data folder of the test's own: mails lie in it."""

from pathlib import Path

import pytest

from laurels.config import settings


@pytest.fixture
def folder(tmp_path: Path, monkeypatch):
    """A data folder of the test's own, into which mails are written."""
    monkeypatch.setenv("LAURELS_DATA_DIR", str(tmp_path))
    monkeypatch.setenv("LAURELS_PUBLIC_URL", "https://shop.example/laurels/")
    settings.cache_clear()
    yield tmp_path
    settings.cache_clear()
