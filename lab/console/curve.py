"""One activation as several pages show it: values far into both tails, and a plot of σ, σ′ and σ″."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from lab.console.screen import Rows, drawn
from lab.numerics import Array
from lab.parts import Activation
from lab.prover.slope_bounds import slope_bounds

SHOWN_Z: Array = np.array([-700, -40, -5, -2, -1, -0.5, 0, 0.5, 1, 2, 5, 40, 700], dtype=float)

STEP = 1e-4
"""Half the distance of the two slopes whose difference is σ″."""


def facts(sigma: Activation) -> dict[str, Any]:
    """Its range, that of its slope, its kinks, and σ(z) and σ′(z) at a few z, for a program."""
    claims = {"range": sigma.range, "slope": sigma.slope_range, "kinks": sigma.kinks}
    with np.errstate(all="ignore"):
        values = {"z": SHOWN_Z, "sigma": sigma(SHOWN_Z), "derivative": sigma.derivative(SHOWN_Z)}
    return claims | values


def value_rows(found: dict[str, Any]) -> Rows:
    """The values of `facts` as a table."""
    rows = zip(found["z"], found["sigma"], found["derivative"], strict=True)
    return Rows(("z", "σ(z)", "σ′(z)"), [(f"{z:g}", f"{a:.10g}", f"{slope:.10g}") for z, a, slope in rows])


def plotted(name: str, sigma: Activation, plot: Path | None) -> list[Path]:
    """Draw σ, σ′ with its bounds, and σ″ into this PNG and an SVG beside it; returns both files.

    Without a ``plot`` nothing is drawn.
    """
    from lab.runs.tables import CURVE_Z

    beside = [kink + side for kink in sigma.kinks for side in (-2 * STEP, 0.0, 2 * STEP)]
    z = np.union1d(CURVE_Z, beside)
    curves = {"variant": name, "layer": 1, "z": z}
    with np.errstate(all="ignore"):
        curves |= {"sigma": sigma(z), "slope": sigma.derivative(z), "curvature": curvature(sigma, z)}
    known = slope_bounds(sigma)
    bounds = {
        "variant": [name],
        "layers": [2],
        "inf_slope": [known.slope.low],
        "sup_slope": [known.slope.high],
        "bounds": ["proved" if known.proved else "claimed"],
    }
    tables = {"curves": pd.DataFrame(curves), "variants": pd.DataFrame(bounds)}
    return drawn("activations", tables, plot)


def curvature(sigma: Activation, z: Array) -> Array:
    """σ″(z) by central differences of σ′; NaN at a kink, where there is none."""
    found = (sigma.derivative(z + STEP) - sigma.derivative(z - STEP)) / (2 * STEP)
    for kink in sigma.kinks:
        found[np.abs(z - kink) <= STEP] = np.nan
    return np.asarray(found)
