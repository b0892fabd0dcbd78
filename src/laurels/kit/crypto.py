"""Secrets at rest: what we must be able to read again is encrypted, never stored in the clear.

Fernet (AES-128-CBC and HMAC-SHA256, from `cryptography`). With several keys the first encrypts
and all decrypt, so a key is changed by putting a new one in front.
"""

import base64
import binascii
import contextlib
import os
from functools import lru_cache
from pathlib import Path

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from laurels.config import settings

from .errors import Conflict

KEY_FILE = "secret-key"
_HOW = "make one by `openssl rand -base64 32`"


class SecretKeyMissing(Conflict):
    """This installation cannot store secrets yet; its operator has to set LAURELS_SECRET_KEY."""

    code = "secret_key_missing"


class SecretUnreadable(Exception):
    """A secret was encrypted with a key that is not among LAURELS_SECRET_KEY."""


class Vault:
    """Encrypts and decrypts short texts."""

    def __init__(self, keys: str) -> None:
        """Take one key or several, separated by commas. Raise ValueError for what is none."""
        self._fernet = MultiFernet([Fernet(_key(text)) for text in keys.split(",")])

    def encrypt(self, text: str) -> bytes:
        """Return the text as it may be stored."""
        return self._fernet.encrypt(text.encode())

    def decrypt(self, token: bytes) -> str:
        """Return the text. Raise SecretUnreadable when none of the keys fits."""
        try:
            return self._fernet.decrypt(token).decode()
        except InvalidToken:
            msg = "a stored secret cannot be read; is its key among LAURELS_SECRET_KEY?"
            raise SecretUnreadable(msg) from None


def _key(text: str) -> bytes:
    """Return a key as Fernet wants it; both alphabets of base64 will do."""
    try:
        raw = base64.b64decode(text.strip().replace("-", "+").replace("_", "/"), validate=True)
    except (ValueError, binascii.Error):
        raw = b""
    if len(raw) != 32:
        msg = f"a key of LAURELS_SECRET_KEY is 32 bytes in base64; {_HOW}"
        raise ValueError(msg)
    return base64.urlsafe_b64encode(raw)


@lru_cache(maxsize=1)
def vault() -> Vault:
    """Return the process's vault. Raise SecretKeyMissing when there is no key for it."""
    return Vault(_keys())


@lru_cache(maxsize=16)
def derived(purpose: str) -> tuple[bytes, ...]:
    """Return a key of 32 bytes for this purpose from each secret key, the one in use first.

    Who learns one of them learns neither the secret key nor another purpose's (HKDF, RFC 5869).
    Raise SecretKeyMissing when there is no key to derive from.
    """
    return tuple(
        HKDF(SHA256(), 32, None, purpose.encode()).derive(base64.urlsafe_b64decode(_key(text)))
        for text in _keys().split(",")
    )


def _keys() -> str:
    """Return the secret keys as they are set, with commas. Raise SecretKeyMissing."""
    current = settings()
    if current.secret_key is not None:
        return current.secret_key.get_secret_value()
    if current.database_url is not None:
        # Several machines may share the database; a key that one of them makes up is no use.
        raise SecretKeyMissing
    return _local_key(current.data_dir.expanduser())


def _local_key(folder: Path) -> str:
    """Return the key that lies in the data folder, made when it is first needed."""
    file = folder / KEY_FILE
    if not file.exists():
        folder.mkdir(parents=True, exist_ok=True)
        draft = folder / f"{KEY_FILE}-{os.getpid()}"
        handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(handle, "wb") as target:
            target.write(Fernet.generate_key())
        # Whoever is first gives the key; a half-written one is never seen.
        with contextlib.suppress(FileExistsError):
            os.link(draft, file)
        draft.unlink()
    return file.read_text(encoding="ascii").strip()
