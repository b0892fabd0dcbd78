"""How large the large tests are: small by default, whole with `./dev test --size full`.

A test that could run for an hour runs at a size that shows the same fault in seconds. The whole
size is for before a release, and for whoever changes what such a test is about.
"""

import os

VARIABLE = "LAURELS_TEST_SIZE"
SIZES = ("small", "full")


def pick(small: int, full: int) -> int:
    """Return how many of something this run is to have."""
    return full if os.environ.get(VARIABLE) == "full" else small
