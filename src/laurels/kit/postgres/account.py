"""Which account a PostgreSQL server runs under, and how root hands it over.

PostgreSQL refuses to run as root. Root therefore gives the server to another account, and never
creates one, nor changes the rights of a folder that is not the server's own: programs that
account cannot reach are copied, data behind a closed folder is reached by one capability.
"""

from __future__ import annotations

import contextlib
import os
import subprocess
import tempfile
from dataclasses import dataclass, replace
from pathlib import Path

from .binaries import Binaries, PostgresError, copied_for_others

# The server's own programs must not see PGDATA, PGPORT or a locale this machine lacks.
PLAIN_ENVIRONMENT = {"PATH": "/usr/bin:/bin", "LC_ALL": "C", "TZ": "UTC"}


@dataclass(frozen=True)
class Servant:
    """The account the server runs under: ourselves, or another one when we are root."""

    uid: int
    gid: int
    root_hands_over: bool = False
    override: bool = False  # May pass folders closed to it, when the data lies behind one.

    def run(self, *command: str | Path) -> tuple[bool, str]:
        """Run a program as this account; answer whether it succeeded, and what it said."""
        args = [str(part) for part in command]
        if self.override:
            args = [*self._setpriv(), *args]
        uid, gid, groups = (
            (self.uid, self.gid, ()) if self.root_hands_over and not self.override else (None,) * 3
        )
        # Into a file, because the server inherits the output and a pipe would never close.
        with tempfile.TemporaryFile("w+") as said:
            try:
                done = subprocess.run(
                    args,
                    stdin=subprocess.DEVNULL,
                    stdout=said,
                    stderr=subprocess.STDOUT,
                    cwd="/",
                    env=PLAIN_ENVIRONMENT,
                    user=uid,
                    group=gid,
                    extra_groups=groups,
                    umask=0o077,
                    start_new_session=True,
                    check=False,
                )
            except (OSError, subprocess.SubprocessError) as error:
                return False, str(error)
            said.seek(0)
            return done.returncode == 0, said.read().strip()

    def _setpriv(self) -> list[str]:
        who = [f"--reuid={self.uid}", f"--regid={self.gid}", "--clear-groups"]
        may = ["--inh-caps=+dac_override", "--ambient-caps=+dac_override"]
        # The server's programs look for each other with access(2), which counts capabilities of
        # an ordinary account only under this bit.
        return ["setpriv", *who, *may, "--securebits=+no_setuid_fixup", "--"]

    def reaches(self, folder: Path) -> bool:
        # Not by Python: the interpreter itself may lie where this account cannot go.
        return self.run("/bin/sh", "-c", 'test -w "$1" && test -x "$1"', "sh", folder)[0]


def servant_for(home: Path, account: str | None) -> Servant:
    """Answer who runs the server on this folder; an existing cluster stays with its owner."""
    import pwd

    owner = home.stat() if home.exists() else None
    if os.geteuid() != 0:
        if owner is not None and owner.st_uid != os.geteuid():
            raise PermissionError(0, "", str(home))
        return Servant(os.geteuid(), os.getegid())
    if owner is not None and owner.st_uid != 0:
        return Servant(owner.st_uid, owner.st_gid, root_hands_over=True)
    for name in (account,) if account else ("postgres", "nobody"):
        with contextlib.suppress(KeyError):
            entry = pwd.getpwnam(name)
            if entry.pw_uid != 0:
                return Servant(entry.pw_uid, entry.pw_gid, root_hands_over=True)
    raise PostgresError(
        f"PostgreSQL refuses to run as root, and there is no account "
        f"{account or 'postgres or nobody'} to hand it to. Set LAURELS_PG_USER to an account "
        "that exists, or run as an ordinary user."
    )


def settled_in(servant: Servant, home: Path) -> Servant:
    """Make the cluster's folder the servant's own, and see that the servant can get there."""
    home.mkdir(mode=0o700, exist_ok=True)
    if not servant.root_hands_over:
        return servant
    os.chown(home, servant.uid, servant.gid)
    if servant.reaches(home):
        return servant
    stronger = replace(servant, override=True)
    if stronger.reaches(home):
        return stronger
    raise PostgresError(
        f"The server's account (uid {servant.uid}) cannot reach {home}: a folder above it is "
        "closed to other accounts. Set LAURELS_DATA_DIR to a folder it can reach, such as one "
        "under /var/lib, or run as an ordinary user."
    )


def programs_for(binaries: Binaries, servant: Servant, home: Path) -> Path:
    """Answer the folder of programs the servant can run, copied next to the data if need be."""
    if servant.run(binaries.bindir / "postgres", "--version")[0]:
        return binaries.bindir
    copy = copied_for_others(binaries, home.parent)
    if copy is not None and servant.run(copy / "postgres", "--version")[0]:
        return copy
    raise PostgresError(
        f"The server's account (uid {servant.uid}) cannot run the programs in {binaries.bindir}. "
        "Set LAURELS_PG_BIN to a PostgreSQL that every account can run."
    )


def refuse_nameless(uid: int) -> None:
    import pwd

    try:
        pwd.getpwuid(uid)
    except KeyError:
        raise PostgresError(
            f"The account with uid {uid} has no name on this system, and PostgreSQL needs one. "
            "Run as a named account, or set LAURELS_DATABASE_URL to a server that runs already."
        ) from None
