"""The plot of one activation and its slope, which several pages of the command line draw."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd

from lab.activations import Activation
from lab.errors import LabError


def refuse_unwritable(plot: Path | None) -> None:
    """Raise LabError where ``--plot`` names no PNG in a folder that is there."""
    if plot is not None and (plot.suffix != ".png" or not plot.parent.is_dir()):
        raise LabError(f"--plot {plot}: expected a file that ends in .png, in a folder that is there")


def plotted(name: str, sigma: Activation, plot: Path) -> list[Path]:
    """Draw σ and σ′ with the bounds of σ′ into this PNG and an SVG beside it; returns both files."""
    from lab.experiment.tables import CURVE_Z
    from lab.figures import draw, save

    with np.errstate(all="ignore"):
        curves = pd.DataFrame(
            {
                "variant": name,
                "layer": 1,
                "z": CURVE_Z,
                "sigma": sigma(CURVE_Z),
                "slope": sigma.derivative(CURVE_Z),
            }
        )
    bounds = {
        "variant": [name],
        "layers": [2],
        "inf_slope": [sigma.slope.low],
        "sup_slope": [sigma.slope.high],
    }
    figure = draw("activations", {"curves": curves, "variants": pd.DataFrame(bounds)})
    return save(figure, plot.parent, plot.stem)
