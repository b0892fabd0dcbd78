r"""Text from outside: keys that mean one thing, words that people read, what a terminal is shown.

A *key* is what something is known by: an id, an e-mail, a code, a source. Two keys that look the
same are the same: NFC, no character that nobody sees, no blank but the plain one, none at the ends.
Where capitals make no difference, only the letters of ASCII are folded (`fold`; in SQL
`lower(x collate "C")`): Unicode's own folding takes `İ` and the Kelvin sign for `i` and `k`, and
so one person for another. `laurels.is_key` and its sisters say the same in SQL; a test walks
through all characters and compares the two.
"""

import re
import unicodedata

HIDDEN = (
    r"\u0001-\u001f\u007f-\u00a0\u00ad\u034f\u0600-\u0605\u061c\u06dd\u070f\u0890\u0891\u08e2"
    r"\u115f\u1160\u1680\u17b4\u17b5\u180b-\u180f\u2000-\u200f\u2028-\u202f\u205f-\u206f\u2800"
    r"\u3000\u3164\ufdd0-\ufdef\ufe00-\ufe0f\ufeff\uffa0\ufff0-\uffff\U000110bd\U000110cd"
    r"\U00013430-\U0001343f\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0000-\U000e0fff"
)
"""What no key holds, as the inside of a character class: controls, formats, bidi marks, characters
that Unicode lets fonts ignore, blanks that are not the plain one, and no characters at all."""
UNPRINTED = r"\u0001-\u0008\u000b-\u001f\u007f-\u009f\u2028-\u202e\u2066-\u2069"
"""What no text holds: controls but tab and newline, ends of lines, what turns the reading round."""

_KEY_FAULT = re.compile(f"[\x00\ud800-\udfff{HIDDEN}]")
_LINE_FAULT = re.compile(f"[\x00\t\n\ud800-\udfff{UNPRINTED}]")
_PROSE_FAULT = re.compile(f"[\x00\ud800-\udfff{UNPRINTED}]")
_UNSTORABLE = re.compile("[\x00\ud800-\udfff]")
_FOLD = str.maketrans("ABCDEFGHIJKLMNOPQRSTUVWXYZ", "abcdefghijklmnopqrstuvwxyz")


def fold(text: str) -> str:
    """Return the text with the capital letters of ASCII made small, and no others."""
    return text.translate(_FOLD)


def check_key(text: str) -> str:
    """Return a key in NFC. Raise ValueError for what looks like another key, or like nothing."""
    if not text.isascii() or not text.isprintable():
        text = _one_spelling(text)
    if text[:1] == " " or text[-1:] == " ":
        msg = "begins or ends with a space; send it without"
        raise ValueError(msg)
    return text


def _one_spelling(text: str) -> str:
    _refuse(_KEY_FAULT, text, "is invisible")
    for character in text:
        if character.isascii():
            continue
        if unicodedata.category(character) == "Cn":
            msg = f"contains {_named(character)}, which Unicode does not have; send it without"
            raise ValueError(msg)
        if (usual := unicodedata.normalize("NFC", character)) != character:
            msg = f"contains {_named(character)}, another way to write `{usual}`; send that"
            raise ValueError(msg)
    return unicodedata.normalize("NFC", text)


def check_line(text: str) -> str:
    """Return words of one line, such as a name, in NFC. Raise ValueError for what is not printed.

    The characters that join the parts of an emoji may stay.
    """
    if text.isascii() and text.isprintable():
        return text
    _refuse(_LINE_FAULT, text, "a single line of text cannot have")
    usual = unicodedata.normalize("NFC", text)
    return usual if len(usual) <= len(text) else text


def check_prose(text: str) -> str:
    """Return words of one line or several. Raise ValueError for what is not printed.

    Ends of lines are newlines, however they were sent.
    """
    if text.isascii() and text.isprintable():
        return text
    text = text.replace("\r\n", "\n")
    _refuse(_PROSE_FAULT, text, "text cannot have")
    return text


def check_storable(text: str) -> str:
    """Return a text that nobody is shown, such as a password, as it is. Raise ValueError."""
    _refuse(_UNSTORABLE, text, "")
    return text


def _refuse(fault: re.Pattern[str], text: str, whom: str) -> None:
    match = fault.search(text)
    if match is None:
        return
    if match[0] == "\x00":
        msg = "contains a null byte (\\u0000), which text cannot have; remove it"
    elif "\ud800" <= match[0] <= "\udfff":
        msg = "contains half of a surrogate pair, which is not a character; remove it"
    else:
        msg = f"contains {_named(match[0])}, which {whom}; send it without"
    raise ValueError(msg)


def _named(character: str) -> str:
    return f"the character U+{ord(character):04X}"


_RAW = re.compile(f"[\x00\ud800-\udfff{UNPRINTED}]")


def printable(text: str) -> str:
    r"""Return the text as it is shown: what would steer a terminal is written as `\u001b`."""
    if text.isascii() and text.isprintable():
        return text
    return _RAW.sub(lambda match: f"\\u{ord(match[0]):04x}", text)
