"""One activation as several pages take it and show it: its parameters, its values, and its plot."""

import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from lab.console.screen import Rows, drawn
from lab.errors import LabError
from lab.experiment.specify import from_spec
from lab.experiment.toml_writer import value_text
from lab.numerics import Array, Interval, TooSmallError, as_float
from lab.parts import Activation
from lab.prover.certificate import Certificate
from lab.prover.digits import lost_digits
from lab.prover.intervals.enclosure_text import outward_text
from lab.prover.slope_bounds import slope_bounds
from lab.prover.words import proved_range

SHOWN_Z: Array = np.array([-700, -40, -5, -2, -1, -0.5, 0, 0.5, 1, 2, 5, 40, 700], dtype=float)

STEP = 1e-4
"""Half the distance of the two slopes whose difference is σ″."""

_EXPECTED = "expected NAME=VALUE, or for lab certify NAME=LOW:HIGH"

_NUMBER = r"([+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?)"
_RANGE = re.compile(rf"[\[(]?\s*{_NUMBER}\s*(?:\.\.+|[;–-]|to|,(?!\d+$))\s*{_NUMBER}\s*[\])]?", re.IGNORECASE)
"""A range as it is written elsewhere; 0,5 is none, but a number with a decimal comma."""

_LIST = re.compile(r"\[((?:[^,]+,){2,}[^,]+)\]")
"""A list of three or more, as of the places of knots; of two it may be a range."""


def sigma_of(name: str, words: Sequence[str], allow_code: bool) -> Activation:
    """The activation with the parameters of ``-p``."""
    return from_spec({"name": name, **named_values(words)}, allow_code=allow_code)


def named_values(words: Sequence[str]) -> dict[str, Any]:
    """The parameters of ``-p NAME=VALUE`` and ``-p NAME=LOW:HIGH``.

    A value is a number, a pair of them where it is a range, a list of three or more as ``[-2, 0, 2]``, else
    the name of an activation.
    """
    values: dict[str, Any] = {}
    for word in words:
        name, value = (part.strip() for part in word.partition("=")[::2])
        listed = _LIST.fullmatch(value)
        try:
            numbers = [as_float(number) for number in (listed[1].split(",") if listed else value.split(":"))]
        except TooSmallError as error:
            raise LabError(f"-p {name}: {error}") from None
        except ValueError:
            numbers = []
        if not (name and value) or (len(numbers) > 2 and not listed):
            raise LabError(f"-p {word}: {_EXPECTED}")
        if not numbers and (ends := _RANGE.fullmatch(value)):
            raise LabError(f"-p {word}: {_EXPECTED}; write {name}={':'.join(ends.groups())}")
        if name in values:
            raise LabError(f"-p {name} is given twice; keep one of them")
        several = numbers if listed else tuple(numbers)
        values[name] = numbers[0] if len(numbers) == 1 else several or value
    return values


def with_words(name: str, words: Sequence[str]) -> str:
    """The name of an activation and what was written after ``-p``."""
    return f"{name}  [{', '.join(words)}]" if words else name


def points_text(points: Sequence[float]) -> str:
    """Kinks or jumps in a line."""
    return ", ".join(f"{point:g}" for point in points)


def facts(sigma: Activation) -> dict[str, Any]:
    """Its range, that of its slope, its kinks, and σ(z) and σ′(z) at a few z, for a program."""
    claims = {"range": sigma.range, "slope": sigma.slope_range, "kinks": sigma.kinks}
    with np.errstate(all="ignore"):
        return claims | {"z": SHOWN_Z, "sigma": sigma(SHOWN_Z), "derivative": sigma.derivative(SHOWN_Z)}


def ranges(sigma: Activation, found: Certificate | None = None) -> tuple[dict[str, Any], list[str]]:
    """The ranges of σ and of σ′, which of them are ``proved``, and a line on each.

    ``found`` is what `certify` proves of σ, if that is known.
    """
    over_all, known = proved_range(sigma, found), slope_bounds(sigma, found)
    proved = [name for name, is_proved in (("range", over_all), ("slope", known.proved)) if is_proved]
    value = {"range": over_all or sigma.range, "slope": known.slope}
    lines = [
        f"range of {symbol}: {outward_text(value[name])}, proved over all reals"
        if name in proved
        else f"range of {symbol}: {_with_infinity(value[name])}, {sigma.known_from(claim)}"
        for symbol, name, claim in (("σ", "range", "range"), ("σ′", "slope", "slope_range"))
    ]
    return value | {"proved": proved}, lines


def _with_infinity(x: Interval) -> str:
    """As an interval is written, with the sign of infinity that proved ones have."""
    return str(x).replace("-inf", "−∞").replace("inf", "∞")


def losses(sigma: Activation) -> list[str]:
    """Where what is computed of σ or σ′ loses its digits, a line each, in float64 and in float32."""
    return [f"{loss}, in {dtype}" for dtype in ("float64", "float32") for loss in lost_digits(sigma, dtype)]


def value_rows(found: dict[str, Any]) -> Rows:
    """The values of `facts` as a table."""
    rows = zip(found["z"], found["sigma"], found["derivative"], strict=True)
    return Rows(("z", "σ(z)", "σ′(z)"), [(f"{z:g}", f"{a:.10g}", f"{slope:.10g}") for z, a, slope in rows])


def plotted(name: str, sigma: Activation, plot: Path, found: Certificate | None = None) -> list[Path]:
    """Draw σ, σ′ with its bounds and σ″ into this PNG and an SVG; returns the files.

    ``found`` as in `ranges`.
    """
    import pandas as pd

    from lab.runs.variant_tables import CURVE_Z

    beside = [kink + side for kink in sigma.kinks for side in (-2 * STEP, 0.0, 2 * STEP)]
    z = np.union1d(CURVE_Z, beside)
    curves = {"variant": name, "layer": 1, "z": z}
    with np.errstate(all="ignore"):
        curves |= {"sigma": sigma(z), "slope": sigma.derivative(z), "curvature": curvature(sigma, z)}
    known = slope_bounds(sigma, found)
    bounds = {"variant": name, "layers": 2, "bounds": known.known}
    bounds |= {"inf_slope": known.slope.low, "sup_slope": known.slope.high}
    return drawn("activations", {"curves": pd.DataFrame(curves), "variants": pd.DataFrame([bounds])}, plot)


def benched(
    sigma: Activation, spec: Mapping[str, Any], title: str, html: Path | None, opened: bool
) -> list[Path]:
    """Write the bench of σ where ``html`` says, else beside other temporary files, and show it if asked to.

    ``spec`` is the table that makes σ in an experiment file, but for its numbers. Returns the file; none
    where none is asked for.
    """
    if not (html or opened):
        return []
    import tempfile
    import webbrowser

    from lab.report.bench import bench
    from lab.storage import write

    page = bench(sigma, {key: value_text(value) for key, value in spec.items()}, title)
    path = html or Path(tempfile.mkdtemp(prefix="lab-")) / "bench.html"
    write(path, page)
    if opened:
        webbrowser.open(path.resolve().as_uri())
    return [path]


def curvature(sigma: Activation, z: Array) -> Array:
    """σ″(z) by central differences of σ′; NaN at a kink, where there is none."""
    found = np.asarray((sigma.derivative(z + STEP) - sigma.derivative(z - STEP)) / (2 * STEP))
    for kink in sigma.kinks:
        found[np.abs(z - kink) <= STEP] = np.nan
    return found
