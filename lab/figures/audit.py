"""The figure of an audit: the error in ulp over z."""

from dataclasses import dataclass

import numpy as np
from matplotlib.figure import Figure

from lab import parts
from lab.figures.drawing import panels, scales, style
from lab.figures.drawing.scales import visible
from lab.figures.tables import checked

TAIL, FARTHEST = 1.0, 1e4
"""The |z| from which on the axis of z is logarithmic, and to which it reaches."""

TICKS = {-1000: "−1000", -30: "−30", -1: "−1", 1: "1", 30: "30", 1000: "1000"}
"""Of the axis of z, with their labels."""

LEAST = 0.01
"""An error that is none to be seen."""


@dataclass(frozen=True)
class Audit(parts.Figure):
    """The error of σ and of σ′ in ulp over z; a panel for each dtype.

    z is linear where |z| < 1 and logarithmic beyond, up to 10⁴. On the floor are errors of `LEAST` ulp and
    less. Crosses on the ceiling are false zeros, wrong signs and NaN.
    """

    needs = ("audit",)

    def draw(self, tables: parts.Tables) -> Figure:
        table = checked(tables, "audit", "function", "dtype", "of", "z", "ulp", "sound")
        table = table[table["z"].abs() <= FARTHEST]
        multiples = panels.wrapped(table["dtype"].unique(), height=3.0, label="error (ulp)")
        table = table.assign(ulp=table["ulp"].clip(lower=LEAST))
        dtypes = dict(iter(table.groupby("dtype", sort=False)))
        scales.log_axis(multiples.first, [visible(table.loc[table["sound"], "ulp"])])
        multiples.first.set_xscale("symlog", linthresh=TAIL)
        multiples.first.set_xticks([*TICKS], [*TICKS.values()])
        multiples.first.set_xticks([], minor=True)
        multiples.first.set_xlim(-FARTHEST, FARTHEST)
        looks = style.categories(2)
        for title, ax in multiples.axes.items():
            for look, (of, symbol) in zip(looks, (("value", "σ"), ("slope", "σ′")), strict=True):
                rows = dtypes[title][dtypes[title]["of"] == of]
                sound = rows[rows["sound"]]
                ax.plot(
                    sound["z"], visible(sound["ulp"]), ".", color=look.colour, markersize=2.5, label=symbol
                )
                wrong = rows.loc[~rows["sound"], "z"]
                ceiling = np.full(len(wrong), 0.96 if of == "value" else 0.9)
                ax.plot(
                    wrong, ceiling, "x", color=look.colour, markersize=4, transform=ax.get_xaxis_transform()
                )
            ax.set_xlabel("z")
        return multiples.framed()
