"""How whoever reads a hint calls this program."""

import os
import shutil
import sys
from pathlib import Path


def called() -> str:
    """Return what to type for `laurels`, here and by the one who started this process."""
    if told := os.environ.get("LAURELS_CALLED_AS"):
        return told
    file = Path(sys.argv[0])
    if file.name == "__main__.py":
        return f"{sys.executable} -m laurels"
    found = shutil.which("laurels")
    if file.name != "laurels" or (found and Path(found).absolute() == file.absolute()):
        return "laurels"
    return sys.argv[0]


def command(words: str) -> str:
    """Return a command of this program as it can be typed, between backticks."""
    return f"`{called()} {words}`"
