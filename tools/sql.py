"""Lint the statements that changed since they passed: all of them take sqlfluff half a minute.

python -m tools.sql
"""

import contextlib
import subprocess
import sys
from hashlib import sha256
from importlib.metadata import version
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
PASSED = ROOT / ".tools" / "sql-passed"


def main() -> int:
    """Lint what has to be linted and return sqlfluff's status."""
    rules = (ROOT / "pyproject.toml").read_bytes() + version("sqlfluff").encode()
    marks = {
        sha256(rules + file.read_bytes()).hexdigest(): str(file)
        for file in sorted(ROOT.glob("src/laurels/**/*.sql"))
    }
    passed: set[str] = set()
    with contextlib.suppress(OSError):
        passed = set(PASSED.read_text().split())
    left = [file for mark, file in marks.items() if mark not in passed]
    if left:
        linter = Path(sys.executable).with_name("sqlfluff")
        done = subprocess.run([linter, "lint", "-q", *left], cwd=ROOT, check=False)
        if done.returncode != 0:
            return done.returncode
    PASSED.parent.mkdir(exist_ok=True)
    PASSED.write_text("\n".join(marks))
    return 0


if __name__ == "__main__":
    sys.exit(main())
