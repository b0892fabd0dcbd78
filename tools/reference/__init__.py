"""The generator of docs/reference: `./dev docs` writes, `./dev docs --check` compares."""

from pathlib import Path

FOLDER = Path(__file__).parents[2] / "docs" / "reference"
"""Where the pages are."""
