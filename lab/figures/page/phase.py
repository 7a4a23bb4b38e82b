"""Where in the plane of σ_w² and σ_b² an error grows or vanishes on its way down a deep network."""

from __future__ import annotations

from dataclasses import dataclass

from matplotlib.figure import Figure

from lab import parts
from lab.figures.drawing import panels, style, writing
from lab.figures.tables import checked

_MARGIN = 1.25


@dataclass(frozen=True)
class Phase(parts.Figure):
    """The critical line χ(q*) = 1 of one σ, with the weights and biases that were asked about as a dot.

    Below the line errors vanish layer by layer (χ < 1), above it they explode. Where q grows without end
    above it, χ is taken at its limit.
    Source: Poole, Lahiri, Raghu, Sohl-Dickstein & Ganguli, *Exponential expressivity in deep neural networks
    through transient chaos* (2016), fig. 1.
    """

    needs = ("phase",)

    def draw(self, tables: parts.Tables) -> Figure:
        rows = checked(tables, "phase", "bias_variance", "weight_variance", "asked")
        line = rows[~rows["asked"]].dropna().sort_values("bias_variance")
        asked = rows[rows["asked"]]
        x, y = line["bias_variance"].to_numpy(), line["weight_variance"].to_numpy()
        figure = panels.sheet(1, 1, width=4.2, height=3.2)
        ax = figure.subplots()
        if len(x) > 1:
            ax.fill_between(x, 0, y, color=style.HAIRLINE, linewidth=0)
            ax.plot(x, y, color=style.ACCENT)
            middle = (x[len(x) // 2], y[len(x) // 2])
            ax.annotate("χ = 1", middle, (0, 4), textcoords="offset points", ha="center", va="bottom")
            ax.text(0.03, 0.95, "χ > 1: errors explode", transform=ax.transAxes, va="top", color=style.QUIET)
            ax.text(0.97, 0.05, "χ < 1: errors vanish", transform=ax.transAxes, ha="right", color=style.QUIET)
        else:
            panels.nothing(ax, "no weights at which χ passes 1")
        label = "the σ_w² and σ_b² that were asked about"
        dot = style.dot(filled=True) | {"label": label, "clip_on": False}
        ax.plot(asked["bias_variance"], asked["weight_variance"], **dot)
        ax.set_ylim(0, _MARGIN * max([*y, *asked["weight_variance"], 1e-3]))
        ax.set_xlim(left=0)
        ax.set_xlabel("variance of the biases σ_b²")
        ax.set_ylabel("variance of the weights σ_w² = n_in Var w")
        writing.legend(figure)
        return figure
