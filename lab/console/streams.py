"""stdout and stderr as any machine has them: closed, a pipe that nobody reads, not in UTF-8."""

import codecs
import errno
import io
import os
import sys
import unicodedata
from typing import Any, TextIO, cast

_UNREAD = {errno.EPIPE, errno.ESHUTDOWN, errno.EINVAL}
"""What a pipe says that nobody reads any more; EINVAL is Windows' word for it."""


_PLAIN = dict(zip("σΣδΔχηλ∂′‖−–—×·⊙⟨⟩⁄≈⎡⎢⎣⎤⎥⎦⋮⋯⋱“”„‘’", "sSdDxnld'|---x*o<>/~[[[]]]:::\"\"\"''", strict=True))
_PLAIN |= {"∞": "inf", "±": "+-", "≤": "<=", "≥": ">=", "≠": "!=", "→": "->", "←": "<-", "∈": "in"}
_PLAIN |= {"√": "sqrt ", "∇": "grad", "∫": "int ", "✓": "ok", "✗": "no", "ß": "ss"}
"""What stands for a letter that an encoding lacks: one letter where it is often in a table."""


def _replaced(error: UnicodeError) -> tuple[str, int]:
    """In plain letters what cannot be encoded: ``0.1⁸`` is 0.1^8, ``π`` pi; a question mark what has none.

    An exponent is replaced to its end, also where the encoding has some of its digits, as cp1252 has ¹²³.
    """
    if not isinstance(error, UnicodeEncodeError):
        raise error
    text, at, words, raised = error.object, error.start, "", ""
    while at < error.end or (raised and _raised(text[at : at + 1]) == raised):
        before, raised = raised, _raised(text[at])
        letters = text[at] if text[at] in _PLAIN else unicodedata.normalize("NFKD", text[at])
        words += (raised if raised != before else "") + "".join(map(_plain, letters))
        at += 1
    return words, at


def _raised(letter: str) -> str:
    """The sign of a raised or lowered letter."""
    kind = unicodedata.decomposition(letter).partition(" ")[0] if letter else ""
    return {"<super>": "^", "<sub>": "_"}.get(kind, "")


def _plain(letter: str) -> str:
    """An accent goes, a Greek letter is its name; what strikes a letter out is seen."""
    if letter.isascii() or letter in _PLAIN:
        return _PLAIN.get(letter, letter)
    if unicodedata.combining(letter) > 1:
        return ""
    kind, _, name = unicodedata.name(letter, "").rpartition(" LETTER ")
    return (name.title() if letter.isupper() else name.lower()) if kind.startswith("GREEK") else "?"


codecs.register_error("lab", _replaced)


class _Patient(io.FileIO):
    """A file descriptor that drops what is written once nobody reads it, or once a failure was told."""

    told = False

    def write(self, data: Any, /) -> int:
        try:
            return super().write(data)
        except OSError as error:
            if error.errno not in _UNREAD and not self.told:
                self.told = True
                raise
            return memoryview(data).nbytes


def settle() -> None:
    """Make stdout and stderr of this process such that printing to them is never what ends a command.

    A closed one goes nowhere. A letter that the encoding lacks is replaced by a plain one. What is printed
    into a pipe whose reader left, as ``head`` does, is dropped, so that a command ends with its own exit
    code. A full disk is still an OSError.
    """
    for name in ("stdout", "stderr"):
        stream: TextIO | None = getattr(sys, name)
        if stream is None or stream.closed:
            setattr(sys, name, open(os.devnull, "w", encoding="utf-8"))  # noqa: SIM115
        elif isinstance(stream, io.TextIOWrapper):
            setattr(sys, name, _settled(stream))


def _settled(stream: io.TextIOWrapper) -> TextIO:
    try:
        descriptor = stream.fileno()
    except (OSError, ValueError):
        descriptor = -1
    if descriptor not in (1, 2) or stream.isatty():  # a terminal of Windows is no plain file
        stream.reconfigure(errors="lab")
        return stream
    stream.flush()
    raw = _Patient(descriptor, "w", closefd=False)
    lines = stream.line_buffering
    return cast(
        TextIO,
        io.TextIOWrapper(
            io.BufferedWriter(raw), stream.encoding, "lab", line_buffering=lines, write_through=lines
        ),
    )
