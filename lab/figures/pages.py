"""The figures of pages of the command line, each of a table that its page makes."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from lab import parts
from lab.figures.drawing import marks, panels, scales, style, writing
from lab.figures.drawing.scales import visible
from lab.figures.tables import checked

_CHANGE, _REMAINDER = style.categories(2)  # in an audit σ and σ′
_FAR = 100.0  # the line of second order passes through remainders so many times above rounding
_UP: style.Looks = {"linestyle": "none", "markersize": 3.5}
_DOWN: style.Looks = {"linestyle": "none", "markersize": 7, "markerfacecolor": "none"}
_TAIL, _FARTHEST = 1.0, 1e4  # the |z| from which on its axis is logarithmic, and to which it reaches
_TICKS = {-1000: "−1000", -30: "−30", -1: "−1", 1: "1", 30: "30", 1000: "1000"}  # of that axis
_LEAST = 0.01  # an error in ulp that is none to be seen


@dataclass(frozen=True)
class Demon(parts.Figure):
    """The change of C against the size of the demon's move, and what remains of it, on logarithmic axes.

    One panel a demon: Δz, and Δa behind σ. Circles are |ΔC|, on the solid line |δ_j Δz| or |e_j Δa|; squares
    are the remainder, along a dashed line of second order; both small and filled for moves up, and large and
    open for moves down. About at the dotted line rounding hides what remains. What is exactly 0 is left out.
    """

    needs = ("demon",)

    def draw(self, tables: parts.Tables) -> Figure:
        sizes = ["change", "predicted", "remainder"]
        table = checked(tables, "demon", "layer", "neuron", "moved", "move", "order", "rounding", *sizes)
        table = table.assign(size=table["move"].abs(), **{name: visible(table[name].abs()) for name in sizes})
        place = f"layer {table['layer'].iloc[0]}, neuron {table['neuron'].iloc[0]}"
        demons = {f"{place}: Δ{moved}": rows for moved, rows in table.groupby("moved", sort=False)}
        changes = [table[name] for name in (*sizes, "rounding")]
        multiples = _panels(demons, table["size"], changes, "size of the change of C")
        for title, ax in multiples.axes.items():
            _draw_moves(ax, demons[title])
            ax.set_xlabel(f"size of the move |Δ{demons[title]['moved'].iloc[0]}|")
        orders = [f"order of the remainder: {rows['order'].iloc[0]:.3f}" for rows in demons.values()]
        return multiples.framed(notes=[[order.replace("nan", "–")] for order in orders])


@dataclass(frozen=True)
class DemonLayer(parts.Figure):
    """What the demon's best move gains at each neuron of a layer, against |δ_j| r or |e_j| r; a dot a neuron.

    r is the largest move. On the solid line the cost falls as the derivative alone says. Neurons at which no
    move gains are marks on the floor; those whose derivative is exactly 0 are counted in the caption.
    """

    needs = ("demon_layer",)

    def draw(self, tables: parts.Tables) -> Figure:
        from lab.analysis.demon import MOVED  # with all that trains, which other figures do without

        columns = ("derivative", "best_gain", "reach", "rank_correlation")
        table = checked(tables, "demon_layer", "layer", "moved", *columns)
        title = f"layer {table['layer'].iloc[0]}: |Δ{{}}| ≤ r"
        demons = {title.format(moved): rows for moved, rows in table.groupby("moved", sort=False)}
        gains = [table["derivative"].abs() * table["reach"], table["best_gain"]]
        multiples = _panels(demons, gains[0], gains, "best gain, −ΔC")
        for title, ax in multiples.axes.items():
            _draw_neurons(ax, demons[title])
            moved, reach = demons[title][["moved", "reach"]].iloc[0]
            ax.set_xlabel(f"|{MOVED.get(moved, moved)}| r, r = {reach:g}")
        return multiples.framed(notes=[_notes(rows) for rows in demons.values()])


def _panels(
    titles: Iterable[str], x: pd.Series, sizes: Sequence[pd.Series], label: str
) -> panels.Panels[str]:
    """A panel for each title, with logarithmic axes that hold these ``x``, and these sizes as y."""
    multiples = panels.wrapped(titles, height=3.0, label=label)
    scales.log_axis(multiples.first, [size.to_numpy(np.float64) for size in sizes])
    scales.log_axis(multiples.first, [x.to_numpy(np.float64)], "x")
    return multiples


def _notes(rows: pd.DataFrame) -> list[str]:
    notes = [f"rank correlation (Spearman): {rows['rank_correlation'].iloc[0]:.4f}".replace("nan", "–")]
    still = int((rows["derivative"] == 0).sum())
    return [*notes, f"derivative 0 at {still} of {len(rows)} neurons"] if still else notes


def _draw_moves(ax: Axes, rows: pd.DataFrame) -> None:
    rows = rows.sort_values("size", kind="stable")
    size, remainder = rows["size"].to_numpy(), rows["remainder"].to_numpy()
    rounding = float(rows["rounding"].iloc[0])
    thin: style.Looks = {"linewidth": 1, "zorder": 1.5}
    _draw_sizes(ax, rows, "change", "|ΔC|", _CHANGE)
    ax.plot(size, rows["predicted"], color=_CHANGE.colour, **thin, label="predicted: |δΔz|, |eΔa|")
    _draw_sizes(ax, rows, "remainder", "|remainder|", _REMAINDER)
    clear = remainder > _FAR * rounding
    if clear.any():
        second = np.median(remainder[clear] / size[clear] ** 2) * size**2
        ax.plot(size, second, "--", color=_REMAINDER.colour, **thin, label="second order")
    if rounding > 0:
        label = "about what rounding does to C"
        ax.axhline(rounding, color=style.quiet(), linestyle=":", linewidth=1, label=label)


def _draw_sizes(ax: Axes, rows: pd.DataFrame, column: str, label: str, look: style.Look) -> None:
    for direction, looks, sign in (("up", _UP, 1), ("down", _DOWN, -1)):
        moves = rows[np.sign(rows["move"]) == sign]
        ax.plot(moves["size"], moves[column], **look.line(**looks), label=f"{label}, move {direction}")


def _draw_neurons(ax: Axes, rows: pd.DataFrame) -> None:
    expected, gain = map(visible, (rows["derivative"].abs() * rows["reach"], rows["best_gain"]))
    ax.plot(expected, gain, **_CHANGE.line(**_UP), label="a neuron")
    held = expected[np.isfinite(expected)]
    if held.size:
        ends = [held.min(), held.max()]
        label = "the gain that the derivative alone predicts"
        ax.plot(ends, ends, color=style.quiet(), linewidth=1, zorder=1.5, label=label)
    else:
        panels.nothing(ax, "every derivative is 0")
    still = expected[np.isnan(gain) & np.isfinite(expected)]
    marks.floor_marks(ax, still, "on the floor: no move gains", color=_CHANGE.colour)


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
            looks: style.Looks = {"transform": ax.transAxes, "color": style.quiet()}
            ax.text(0.03, 0.95, "χ > 1: errors explode", va="top", **looks)
            ax.text(0.97, 0.05, "χ < 1: errors vanish", ha="right", **looks)
        else:
            panels.nothing(ax, "no weights at which χ passes 1")
        dot = style.FILLED_DOT | {"label": "the σ_w² and σ_b² that were asked about", "clip_on": False}
        ax.plot(asked["bias_variance"], asked["weight_variance"], **dot)
        ax.set_ylim(0, 1.25 * max([*y, *asked["weight_variance"], 1e-3]))
        ax.set_xlim(0, max([*x, *asked["bias_variance"]], default=0) or None)
        ax.set_xlabel("variance of the biases σ_b²")
        ax.set_ylabel("variance of the weights σ_w² = n_in Var w")
        writing.legend(figure)
        return figure


@dataclass(frozen=True)
class Audit(parts.Figure):
    """The error of σ and of σ′ in ulp over z; a panel for each dtype.

    z is linear where |z| < 1 and logarithmic beyond, up to 10⁴. On the floor are errors of 0.01 ulp and
    less. Crosses on the ceiling are false zeros, wrong signs and NaN.
    """

    needs = ("audit",)

    def draw(self, tables: parts.Tables) -> Figure:
        table = checked(tables, "audit", "function", "dtype", "of", "z", "ulp", "sound")
        table = table[table["z"].abs() <= _FARTHEST]
        table = table.assign(ulp=visible(table["ulp"].clip(lower=_LEAST)))
        multiples = panels.wrapped(table["dtype"].unique(), height=3.0, label="error (ulp)")
        first = multiples.first
        scales.log_axis(first, [table.loc[table["sound"], "ulp"].to_numpy(np.float64)])
        first.set_xscale("symlog", linthresh=_TAIL)
        first.set_xticks([*_TICKS], [*_TICKS.values()])
        first.set_xticks([], minor=True)
        first.set_xlim(-_FARTHEST, _FARTHEST)
        kinds = (("value", "σ", _CHANGE.colour, 0.96), ("slope", "σ′", _REMAINDER.colour, 0.9))
        for dtype, ax in multiples.axes.items():
            for of, symbol, colour, ceiling in kinds:
                rows = table[(table["dtype"] == dtype) & (table["of"] == of)]
                sound, wrong = rows[rows["sound"]], rows[~rows["sound"]]["z"]
                ax.plot(sound["z"], sound["ulp"], ".", color=colour, markersize=2.5, label=symbol)
                top: style.Looks = {"markersize": 4, "transform": ax.get_xaxis_transform()}
                ax.plot(wrong, np.full(len(wrong), ceiling), "x", color=colour, **top)
        return multiples.framed("z")


PAGES: dict[str, tuple[type[parts.Figure], str]] = {
    "audit": (Audit, "lab audit"),
    "demon": (Demon, "lab demon"),
    "demon_layer": (DemonLayer, "lab demon"),
    "phase": (Phase, "lab predict --phase"),
}
"""The figures that are not of a run: name → class, and the command whose page draws it."""
