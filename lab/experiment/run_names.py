"""What a run is called after the file of its experiment: a name that every file system and shell takes."""

import re
import unicodedata

RUN_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")
"""What a run may be called."""

_LONGEST = 64

_DEVICES = re.compile(r"(?i)(con|prn|aux|nul|com[0-9]|lpt[0-9])(\..*)?")
"""What Windows keeps for devices."""

_LETTERS = str.maketrans(
    {"ä": "ae", "ö": "oe", "ü": "ue", "ß": "ss", "æ": "ae", "œ": "oe", "ø": "oe", "å": "aa", "ł": "l"}
    | {"Ä": "Ae", "Ö": "Oe", "Ü": "Ue", "ẞ": "SS", "Æ": "Ae", "Œ": "Oe", "Ø": "Oe", "Å": "Aa", "Ł": "L"}
)


def run_name(stem: str) -> str:
    """The name of the run of a file with this stem: letters as in ASCII, ``-`` for blanks and other signs.

    What cannot be spelt so stays, and is a `wrong_name`.

    >>> run_name("Übung 1"), run_name("café (2)"), run_name("vanishing-2.1"), run_name("実験 1")
    ('Uebung-1', 'cafe-2', 'vanishing-2.1', '実験 1')
    """
    spelt = _spelt(stem)
    return stem if any(letter.isalnum() and not letter.isascii() for letter in spelt) else _joined(spelt)


def wrong_name(name: str) -> str:
    """Why a run cannot be called so, with a name that it could have; empty where it can.

    >>> wrong_name("CON")
    "'CON' is no name of a run: Windows keeps it for a device; expected such as 'CON-1'"
    """
    is_device = _DEVICES.fullmatch(name)
    if RUN_NAME.fullmatch(name) and not name.endswith(".") and not is_device:
        return ""
    if is_device:
        reason = "Windows keeps it for a device"
    elif len(name) > _LONGEST:
        reason = f"it has more than {_LONGEST} letters"
    else:
        reason = "it is not of the letters a to z, digits, '.', '_' and '-', the first a letter or a digit"
    near = _joined(_spelt(name))[:_LONGEST].rstrip("-.") or "experiment"
    near = re.sub(r"^[^.]*", r"\g<0>-1", near) if _DEVICES.fullmatch(near) else near
    return f"{name[:80]!r} is no name of a run: {reason}; expected such as {near!r}"


def _spelt(name: str) -> str:
    """A name with ASCII in the place of other letters, where they have such a spelling."""
    pieces = unicodedata.normalize("NFKD", unicodedata.normalize("NFC", name).translate(_LETTERS))
    return "".join(letter for letter in pieces if not unicodedata.combining(letter))


def _joined(name: str) -> str:
    """A name with ``-`` in the place of all that may not be in it."""
    if RUN_NAME.fullmatch(name) and not name.endswith("."):
        return name
    return re.sub(r"[^A-Za-z0-9._]+", "-", name).strip("-._")
