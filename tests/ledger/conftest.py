"""What every test of the ledger may ask for."""

import pytest

from tests.ledger.books import Books, find_flaws


@pytest.fixture
def open_books():
    """Open books in memory; each is checked when the test is over."""
    opened: list[Books] = []

    def start(**program: int) -> Books:
        opened.append(Books(**program))
        return opened[-1]

    yield start
    for books in opened:
        assert find_flaws(books) == []
