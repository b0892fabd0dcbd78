"""Pure: codes that people read aloud and type in."""

import secrets

ALPHABET = "23456789ABCDEFGHJKMNPQRSTVWXYZ"
"""Capitals and digits without 0 O 1 I L U, which are taken for one another or make words."""
GROUP = 5


def fresh_code(prefix: str, length: int) -> str:
    """Return a random code: the prefix, then groups of five with a dash between."""
    letters = "".join(secrets.choice(ALPHABET) for _ in range(length))
    groups = [letters[at : at + GROUP] for at in range(0, length, GROUP)]
    return prefix + "-".join(groups)
