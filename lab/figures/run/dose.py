"""How the outcome depends on what varies: over one varied number, or over two varied keys."""

from dataclasses import dataclass

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.colors import LogNorm, Normalize
from matplotlib.figure import Figure

from lab import parts
from lab.analysis.metrics import GOOD, METRICS
from lab.analysis.summary import summary
from lab.figures.drawing import panels, scales, style, writing
from lab.figures.tables import NothingToShowError
from lab.figures.varied import Varied, varied

_FEWEST = 3  # values that make a line
_WIDE = 20.0  # numbers that span more than this factor stand on a logarithmic axis
_RATIO = "speed of layer 1 over that\nof the last hidden layer"
_TURNED: style.Looks = {"rotation": 35, "ha": "right", "rotation_mode": "anchor"}
_HIGH = 0.57  # sin 35°: how high a letter's width becomes so
_ENDS: style.Looks = {"linestyle": (0, (4, 2)), "markerfacecolor": "white"}


def _outcome(tables: parts.Tables) -> tuple[pd.DataFrame, str, str]:
    """The summary by variant, the column of the best outcome that is there, and its words."""
    rows = summary(tables).set_index("variant")
    column = next((name for name in GOOD if rows[name].notna().any()), GOOD[-1])
    return rows, column, METRICS[column].words


@dataclass(frozen=True)
class Dose(parts.Figure):
    """The speed ratio and the outcome over a varied number: one line per value of the other key, if any.

    The ratio is ‖∂C/∂b‖ of the first hidden layer over that of the last, at the first reading (open, dashed)
    and at the last (filled), on a logarithmic axis; the outcome is the accuracy, or the cost. All are medians
    over the trials that are done; where none is done there is no mark. An axis of numbers that span more than
    a factor of 20 is logarithmic, with 0 at its left end.
    """

    needs = ("layers", "trials", "variants")
    question = "How does the outcome depend on the varied number?"
    reading = "the varied number to the right; above, how evenly the layers learn, below, how well it ends"
    when = "where a key varies over three numbers or more, beside one other key at most"

    def draw(self, tables: parts.Tables) -> Figure:
        keys = varied(tables)
        if not keys or len(keys) > 2 or len(keys[0].numbers) < _FEWEST:
            raise NothingToShowError(
                "dose: no key varies over three numbers or more, beside one other at most"
            )
        dose, other = keys[0], keys[1] if len(keys) > 1 else None
        rows, column, words = _outcome(tables)
        ratios = rows[["ratio_start", "ratio_end"]].clip(*scales.RATIOS)
        labels = {"ratio": _RATIO, "outcome": words}
        if not ratios.notna().any(axis=None):
            del labels["ratio"]
        matrix = panels.matrix(labels, {"": ""}, height=2.1, width=5.6)
        every = {"": list(rows.index)} if other is None else _groups(other, list(rows.index))
        groups = {label: every[label] for label in scales.chosen(list(every), panels.MOST_PANELS)}
        colours = style.ramp(range(len(groups))) if other and other.numbers else None
        looks = list(colours.values()) if colours else style.categories(len(groups))
        for (label, names), look in zip(groups.items(), looks, strict=True):
            names = sorted(names, key=dose.place.__getitem__)
            x = [_numbers(dose)[dose.place[name]] for name in names]
            ax = matrix.axes["outcome", ""]
            ax.plot(x, rows.loc[names, column], **look.line(), label=label)
            if "ratio" in labels:
                ax = matrix.axes["ratio", ""]
                ax.plot(x, ratios.loc[names, "ratio_start"], **look.line(**_ENDS))
                ax.plot(x, ratios.loc[names, "ratio_end"], **look.line(linestyle="-"))
        more = [writing.words("medians over the trials that are done")]
        if "ratio" in labels:
            scales.log_axis(matrix.axes["ratio", ""], [ratios.to_numpy(np.float64).ravel()])
            quiet: style.Looks = {"color": style.quiet(), "marker": "o"}
            more += [writing.line("at the start", **quiet | _ENDS), writing.line("at the end", **quiet)]
        _dose_axis(matrix.axes["outcome", ""], dose, panels.inside(matrix.figure))
        if "accuracy" in column:
            matrix.axes["outcome", ""].set_ylim(-0.03, 1.03)
        what = f"values of {other.words}" if other else ""
        return matrix.framed(dose.words, [*more, *writing.left_out(len(groups), len(every), what)])


def _groups(key: Varied, names: list[str]) -> dict[str, list[str]]:
    """The variants by their value of this key, which their label says."""
    return {key.says(at): [name for name in names if key.place[name] == at] for at in range(len(key.values))}


def _is_wide(key: Varied) -> bool:
    above = [number for number in key.numbers if number > 0]
    return bool(above) and min(key.numbers) >= 0 and max(above) > _WIDE * min(above)


def _numbers(key: Varied) -> list[float]:
    """Where the values stand: on a logarithmic axis 0 is a step left of the smallest."""
    if not _is_wide(key):
        return key.numbers
    above = [number for number in key.numbers if number > 0]
    return [number or min(above) / 3 for number in key.numbers]


def _dose_axis(ax: Axes, key: Varied, width: float) -> None:
    places, wide = np.array(_numbers(key)), _is_wide(key)
    if wide:
        ax.set_xscale("log")
        ax.minorticks_off()
    labels, upright = scales.apart(np.log10(places) if wide else places, key.values, width)
    ax.set_xticks(places, labels, rotation="vertical" if upright else "horizontal")


@dataclass(frozen=True)
class Map(parts.Figure):
    """Two varied keys against each other: the speed ratio at the start, and the outcome, as two maps.

    The key with more values goes to the right. Numbers are medians over the trials that are
    done; hatched where none is, and where a ratio has no two hidden layers that learn.
    """

    needs = ("layers", "trials", "variants")
    question = "How do the two varied keys act together?"
    reading = (
        "one cell per variant; left, how evenly its layers start to learn (1: all alike), right, how it ends"
    )
    when = "where two keys vary"

    def draw(self, tables: parts.Tables) -> Figure:
        keys = varied(tables)
        if len(keys) != 2:
            raise NothingToShowError("map: it needs two varied keys")
        across, down = sorted(keys, key=lambda key: len(key.values))[::-1]
        rows, column, words = _outcome(tables)
        maps = {
            "speed of layer 1 over that of the last\nhidden layer, at the start": "ratio_start",
            words: column,
        }
        maps = {title: name for title, name in maps.items() if rows[name].notna().any()}
        if not maps:
            raise NothingToShowError("map: no trial that is done has a number")
        below, beside = (panels.broken(key.values, panels.NARROW) for key in (across, down))
        slanted = max(map(len, below)) > 6
        long = panels.room(below) if slanted else 0.0
        high = max(0.32, scales.LINE * (1 + max(label.count("\n") for label in beside)))
        wide = max(2.6, 0.5 * len(below)) + 0.9
        columns = panels.on_page(len(maps), wide)
        shape = len(maps) // columns, columns
        figure = panels.sheet(*shape, width=wide, height=high * len(beside) + 1.3 + _HIGH * long)
        axes = figure.subplots(*shape, sharey=True, squeeze=False)
        for ax, (title, name) in zip(axes.flat, maps.items(), strict=True):
            cells = np.full((len(down.values), len(across.values)), np.nan)
            for variant, value in rows[name].items():
                cells[down.place[str(variant)], across.place[str(variant)]] = value
            _draw_cells(ax, cells, log=name == "ratio_start", share="accuracy" in name)
            ax.set_title(title)
            ax.set_xticks(range(len(below)), below, **(_TURNED if slanted else {}))
            ax.set_xlabel(across.words)
        for ax in axes[:, 0]:
            ax.set_yticks(range(len(beside)), beside)
            ax.set_ylabel(down.words)
        lost, missing = rows[column].isna(), rows[list(maps.values())].isna().any(axis="columns")
        reasons = {"no trial is done": lost, "not two hidden layers that learn": missing & ~lost}
        why = [reason for reason, where in reasons.items() if where.any()]
        hatched = [writing.patch(" or ".join(why), **style.MISSING)] if why else []
        writing.legend(figure, [writing.words("medians over the trials that are done"), *hatched])
        return figure


def _draw_cells(ax: Axes, cells: np.ndarray, *, log: bool, share: bool) -> None:
    """Coloured cells, each with its number; pale is slow or bad, dark is even or good."""
    shown = np.where(cells > 0, np.clip(cells, *scales.RATIOS), np.nan) if log else cells
    known = shown[np.isfinite(shown)]
    if log:
        norm: Normalize = LogNorm(min(known.min(initial=1.0), 0.1), max(known.max(initial=1.0), 1.0))
    else:
        norm = Normalize(0, 1) if share else Normalize(known.min(), known.max())
    ax.patch.set(hatch="////", edgecolor="#bbbbbb")
    ax.imshow(shown, norm=norm, cmap=style.CELL_MAP, aspect="auto")
    ax.grid(False)
    for (row, column), value in np.ndenumerate(cells):
        if np.isfinite(value):
            dark = norm(shown[row, column]) > 0.55 if np.isfinite(shown[row, column]) else False
            text = scales.short_number(value)
            looks: style.Looks = {"ha": "center", "va": "center", "fontsize": style.SMALL}
            ax.text(column, row, text, color="white" if dark else style.INK, **looks)
