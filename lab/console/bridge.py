"""The pages between the lab and other frameworks: what is exported, and what an audit finds."""

from collections.abc import Sequence
from math import isnan
from pathlib import Path

import numpy as np

from lab import storage
from lab.console.activations.shown import named_values, sigma_of
from lab.console.screen import Note, Page, Rows, drawn, verbatim
from lab.errors import ClaimError, LabError


def export_page(
    name: str,
    words: Sequence[str],
    to: str,
    learn: bool,
    plain: bool,
    wide: bool,
    out: Path | None,
    allow_code: bool,
) -> Page:
    """The source of an activation with the parameters ``words``, in a file or on the screen.

    Notes tell where what it computes is not what is due.
    """
    from lab.bridge.export import source_of

    if out is not None and not out.resolve().parent.is_dir():
        raise LabError(f"--out {out}: expected a file in a folder that is there")
    if any(isinstance(value, tuple) for value in named_values(words).values()):
        raise LabError("-p NAME=LOW:HIGH is for lab certify; expected NAME=VALUE")
    source = source_of(sigma_of(name, words, allow_code), to, learn=learn, plain=plain, wide=wide)
    value = {"activation": name, "to": to, "file": out, "source": source.text, "lost": source.lost}
    notes = map(Note, source.lost)
    if out is None:
        return Page(value, [verbatim(source.text.rstrip("\n")), *notes])
    storage.write(out, source.text)
    return Page(value, [f"written: {out}", *notes])


def told_apart(got: float, due: float) -> Sequence[str | None]:
    """Two numbers in four digits, or in as many as show that they differ; None for NaN."""
    for digits in range(4, 18):
        texts = [f"{x:.{digits}g}" for x in (got, due)]
        if texts[0] != texts[1] or got == due:
            break
    return [None if isnan(x) else text for x, text in zip((got, due), texts, strict=True)]


def audit_page(
    what: str,
    only: Sequence[str],
    formula: str,
    dtypes: str,
    csv: Path | None,
    plot: Path | None,
    allow_code: bool,
) -> Page:
    """A row for each function, dtype and of σ and σ′; no success where one is gravely wrong."""
    import pandas as pd

    from lab.bridge.audit import audited
    from lab.bridge.audit_libraries import KNOWN_BY_NAME
    from lab.bridge.audit_reference import DTYPES

    kinds = [word.strip() for word in dtypes.split(",") if word.strip()]
    if not kinds:
        raise LabError(f"--dtype names none; expected one or more of {', '.join(DTYPES)}")
    if plot is not None and what in KNOWN_BY_NAME and len(only) != 1:
        raise LabError(f"--plot draws one function; name it: lab audit {what} FUNCTION --plot {plot}")
    audit = audited(what, dtypes=kinds, formula=formula, only=only, allow_code=allow_code)
    found = audit.rows
    if csv is not None:
        storage.write(csv, audit.table.to_csv(index=False))
    errors = [
        pd.DataFrame(
            {"function": a.function, "dtype": a.dtype, "of": a.of, "z": z, "ulp": e, "sound": np.isfinite(e)}
        )
        for a, z, e in found
    ]
    tables = {"audit": pd.concat(errors, ignore_index=True)} if errors else {}
    heads = ("function", "dtype", "of", "worst error (ulp)", "at z", "got", "due", "verdict")
    rows = [
        [
            *(a.function, a.dtype, "σ" if a.of == "value" else "σ′", f"{a.worst:.3g}"),
            *(None if isnan(a.at) else f"{a.at:.4g}", *told_apart(a.got, a.due), a.verdict),
        ]
        for a, _, _ in found
    ]
    grave = sum(a.grave for a, _, _ in found)
    exact, as_z = (sum(a.verdict.startswith(word) for a, _, _ in found) for word in ("exact", "as exact"))
    more = f", {as_z} more are as exact as z" if as_z else ""
    are = "is" if grave == 1 else "are"
    return Page(
        audit.table.to_dict("records"),
        [
            Rows(heads, rows, spare=("due", "got", "at z")),
            f"{exact} of {len(found)} rows have exact tails{more}; {grave} {are} gravely wrong",
            *audit.notes,
        ],
        plots=drawn("audit", tables, plot, f"Audit of {what}"),
        exit_code=ClaimError.exit_code if grave else 0,
    )
