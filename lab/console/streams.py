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


_PLAIN = dict(zip("σΣδχηλ∂′‖−–×·⊙⎡⎢⎣⎤⎥⎦⋮⋯", "sSdxnld'|--x*o[[[]]]::", strict=True))
_PLAIN |= {"∞": "inf", "±": "+-", "≤": "<=", "≥": ">=", "→": "->", "∈": "in", "√": "sqrt ", "∇": "grad"}
_PLAIN |= {"…": "...", "✓": "ok", "ß": "ss"}
"""What stands for a letter that an encoding lacks: one letter where it is often in a table."""

_RAISED = {"<super>": "^", "<sub>": "_"}


def _replaced(error: UnicodeError) -> tuple[str, int]:
    """In plain letters what cannot be encoded: ``0.1⁸`` is 0.1^8, and a question mark what has none."""
    if not isinstance(error, UnicodeEncodeError):
        raise error
    words, raised = "", ""
    for letter in error.object[error.start : error.end]:
        before, raised = raised, _RAISED.get(unicodedata.decomposition(letter).partition(" ")[0], "")
        letters = unicodedata.normalize("NFKD", letter)
        plain = "".join(_PLAIN.get(one, one) for one in letters).encode("ascii", "ignore").decode()
        words += (raised if raised != before else "") + (plain or "?")
    return words, error.end


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
