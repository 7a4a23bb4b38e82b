"""An HTML page in one file: style, script and data inside, and a policy that lets nothing else in."""

import json
from base64 import b64encode
from collections.abc import Sequence
from functools import cache
from hashlib import sha256
from html import escape
from importlib.resources import files
from math import isfinite
from string import Template
from typing import Any

from lab.errors import without_controls


def document(
    title: str, body: str, data: Any, *, style: Sequence[str], script: Sequence[str], refresh: int = 0
) -> str:
    """The page with this body, which is HTML; ``style`` and ``script`` are names of files beside this one.

    The ``data`` are an island of JSON that the script reads. A content security policy names the style and
    the script by their sha256, so nothing else runs and nothing is loaded. With ``refresh`` the page without
    scripts loads itself again every so many seconds, and tells a script of them.
    """
    css, js = ("\n".join(map(text, names)) for names in (style, script))
    policy = (
        f"default-src 'none'; style-src '{_digest(css)}'; script-src '{_digest(js)}'; img-src data:; "
        "base-uri 'none'; form-action 'none'"
    )
    again = f'<noscript><meta http-equiv="refresh" content="{refresh}"></noscript>' if refresh else ""
    return Template(text("page.html")).substitute(
        policy=policy,
        live=f' data-refresh="{refresh}"' if refresh else "",
        refresh=again,
        title=escape(without_controls(title)),
        style=css,
        script=js,
        body=without_controls(body),
        data=without_controls(inert(data)),
    )


@cache
def text(name: str) -> str:
    """The content of a file beside this one."""
    return files("lab.report").joinpath(name).read_text(encoding="utf-8").strip()


def few(x: Any) -> float | None:
    """A number of the data, with four digits; None where it is missing or not finite.

    >>> few(0.123456), few(float("inf"))
    (0.1235, None)
    """
    return float(f"{x:.4g}") if isinstance(x, int | float) and isfinite(x) else None


def inert(data: Any) -> str:
    r"""The data as JSON that can stand in a script element: no text in it ends the element, or begins one.

    >>> print(inert("</script>"))
    "\u003c/script>"
    """
    return json.dumps(data, ensure_ascii=False, allow_nan=False, separators=(",", ":")).replace(
        "<", "\\u003c"
    )


def _digest(content: str) -> str:
    return f"sha256-{b64encode(sha256(content.encode()).digest()).decode()}"
