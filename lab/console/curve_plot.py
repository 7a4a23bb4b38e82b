"""The plot of one activation, its slope and its curvature, which several pages of the command line draw."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd

from lab.errors import LabError
from lab.numerics import Array
from lab.parts import Activation
from lab.prover.slope_bounds import slope_bounds

STEP = 1e-4
"""Half the distance of the two slopes whose difference is σ″."""


def refuse_unwritable(plot: Path | None, option: str = "--plot") -> None:
    """Raise LabError where the option names no PNG in a folder that is there."""
    if plot is not None and (plot.suffix != ".png" or not plot.parent.is_dir()):
        raise LabError(f"{option} {plot}: expected a file that ends in .png, in a folder that is there")


def plotted(name: str, sigma: Activation, plot: Path) -> list[Path]:
    """Draw σ, σ′ with its bounds, and σ″ into this PNG and an SVG beside it; returns both files."""
    from lab.figures import draw, save
    from lab.runs.tables import CURVE_Z

    beside = [kink + side for kink in sigma.kinks for side in (-2 * STEP, 0.0, 2 * STEP)]
    z = np.union1d(CURVE_Z, beside)
    with np.errstate(all="ignore"):
        curves = pd.DataFrame(
            {
                "variant": name,
                "layer": 1,
                "z": z,
                "sigma": sigma(z),
                "slope": sigma.derivative(z),
                "curvature": curvature(sigma, z),
            }
        )
    known = slope_bounds(sigma)
    bounds = {
        "variant": [name],
        "layers": [2],
        "inf_slope": [known.slope.low],
        "sup_slope": [known.slope.high],
        "bounds": ["proved" if known.proved else "claimed"],
    }
    figure = draw("activations", {"curves": curves, "variants": pd.DataFrame(bounds)})
    return save(figure, plot.parent, plot.stem)


def curvature(sigma: Activation, z: Array) -> Array:
    """σ″(z) by central differences of σ′; NaN at a kink, where there is none."""
    found = (sigma.derivative(z + STEP) - sigma.derivative(z - STEP)) / (2 * STEP)
    for kink in sigma.kinks:
        found[np.abs(z - kink) <= STEP] = np.nan
    return np.asarray(found)
