"""Anyone's σ and σ′ held to references of 60 digits: the error in ulp, and what is worse than an error.

float16 and bfloat16 are tried at all of their 65 536 numbers, float32 and float64 at a sample: tails, the
least numbers, kinks and beside them, both zeros, ±∞ and NaN.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from math import nan
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from lab.bridge.audit_libraries import KNOWN_BY_NAME, Both, LacksDtypeError, from_file, functions_of
from lab.bridge.audit_reference import DTYPES, Reference, tried
from lab.bridge.audit_verdict import LOOSE, Audited, judged
from lab.errors import LabError, in_one_line
from lab.experiment.specify import from_spec
from lab.numerics import Array
from lab.parts import Activation
from lab.spelling import did_you_mean

if TYPE_CHECKING:
    import pandas as pd

DOUBTED = 1.0
"""The error in ulp from which on a reference is computed again by balls, where it was the lab's float64."""

MOST_DOUBTED = 400
"""The references of a function and dtype that are computed again: those with the largest errors."""


def _beside(z: Array, places: Sequence[float], dtype: str) -> Array:
    """Whether z is one of these places, or so near that their own rounding matters."""
    near = np.array(places, dtype=float)
    return np.asarray((np.abs(z[:, None] - near) <= 4 * DTYPES[dtype].ulp(near)).any(axis=1))


def held(function: str, both: Both, sigma: Activation, dtype: str) -> Iterator[tuple[Audited, Array, Array]]:
    """What there is to say of σ and of σ′ of a function in a dtype; each with all z and the errors there."""
    z = tried(dtype, sigma.kinks)
    found = both(z, dtype)
    reference = Reference(sigma)
    dues = reference.exact(z) if dtype == "float64" else reference.quick(z)
    skipped = _beside(z, (*sigma.kinks, *sigma.jumps), dtype)
    for k, of in enumerate(("value", "slope")):
        got = found[k]
        if got is None:
            continue
        change = np.full(len(z), nan)
        _, errors = judged(function, dtype, of, z, got, dues[k], skipped, change)
        doubted = np.argsort(-errors, kind="stable")[:MOST_DOUBTED]
        doubted = doubted[errors[doubted] > DOUBTED]
        if dtype != "float64" and len(doubted):
            dues[k][doubted] = reference.exact(z[doubted])[k]
        loose = doubted[errors[doubted] > LOOSE]
        change[loose] = reference.changes(z[loose], dtype)[k]
        found_of, errors = judged(function, dtype, of, z, got, dues[k], skipped, change)
        yield found_of, z, errors


@dataclass(frozen=True)
class Audit:
    """What an audit found: its ``rows``, each with the z that were tried and the errors there.

    ``left_out`` tells the functions that could not be tried in a dtype, by why.
    """

    rows: list[tuple[Audited, Array, Array]]
    left_out: dict[str, list[str]]

    @property
    def table(self) -> pd.DataFrame:
        """A row for each of the ``rows``: the fields of `Audited`, and its verdict.

        ``attrs["left_out"]`` are the `notes`.
        """
        import pandas as pd

        table = pd.DataFrame([asdict(one) | {"verdict": one.verdict} for one, _, _ in self.rows])
        table.attrs["left_out"] = self.notes
        return table

    @property
    def notes(self) -> list[str]:
        """A line for each reason why something was left out."""
        return [
            f"{why}: {names[0] if len(names) == 1 else f'{len(names)} functions'} left out there"
            for why, names in self.left_out.items()
        ]


def audited(
    what: str | Path,
    name: str = "",
    *,
    dtypes: Sequence[str] = tuple(DTYPES),
    formula: str = "",
    only: Sequence[str] = (),
    allow_code: bool = False,
) -> Audit:
    """What an audit finds; see `lab.api.audit`.

    Raises LabError also where nothing could be tried in any of the dtypes.
    """
    for dtype in dtypes:
        if dtype not in DTYPES:
            raise LabError(f"no dtype {dtype!r}; {did_you_mean(dtype, DTYPES)}")
    if what in KNOWN_BY_NAME:
        functions = functions_of(str(what), tuple(only))
    else:
        functions = _of_file(str(what), name, formula, allow_code)
    found = Audit([], {})
    for function, (known, both) in functions.items():
        sigma = from_spec(formula) if formula else known
        for dtype in dtypes:
            try:
                found.rows.extend(held(function, both, sigma, dtype))
            except LacksDtypeError as error:
                found.left_out.setdefault(str(error), []).append(function)
    if found.left_out and not found.rows:
        others = ", ".join(dtype for dtype in DTYPES if dtype not in dtypes)
        raise LabError(f"{'; '.join(found.notes)}; nothing was tried, expected one of {others}")
    return found


def _of_file(what: str, name: str, formula: str, allow_code: bool) -> dict[str, tuple[Activation, Both]]:
    """The function of a file: its name → the σ that it is to compute, and what computes it."""
    path, _, function = what.rpartition(":") if not name and ":" in what else (what, "", name)
    if not path.endswith(".py"):
        raise LabError(f"no library {what!r} to audit; {did_you_mean(what, KNOWN_BY_NAME)}")
    if not function:
        raise LabError(f"{path}: which function is σ? Write {path}:NAME")
    both = from_file(Path(path), function, allow_code)
    try:
        return {function: (from_spec(formula or function), both)}
    except LabError as error:
        if formula:
            raise
        raise LabError(
            f"{in_one_line(error)}; what {function} is to compute is said by a name of the lab's, or by "
            'a formula: --formula "z*Phi(z)", in Python formula="z*Phi(z)"'
        ) from error
