"""Write docs/reference from the code; with `--check` write nothing and exit 1 on old pages."""

import sys

from . import FOLDER
from .pages import pages


def main(*, check: bool) -> int:
    """Return 1 when pages are to be checked and old."""
    written = pages()
    old = [
        FOLDER / name
        for name, text in written.items()
        if not (FOLDER / name).is_file() or (FOLDER / name).read_text(encoding="utf-8") != text
    ]
    if check and old:
        names = ", ".join(path.name for path in old)
        print(f"{names}: not what the code says; run ./dev docs", file=sys.stderr)
        return 1
    for path in old:
        path.write_text(written[path.name], encoding="utf-8")
    print(f"docs/reference is current; {len(old)} of {len(written)} pages were written.")
    return 0


if __name__ == "__main__":
    sys.exit(main(check="--check" in sys.argv[1:]))
