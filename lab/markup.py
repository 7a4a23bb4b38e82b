"""HTML and SVG that a notebook shows of one thing: small, inert, and legible on light and on dark ground.

Ink is the notebook's own (``currentColor``), and every other colour stands out from white and from black.
Nothing has a style sheet or a name that could meet another on the page.
"""

from collections.abc import Callable, Mapping, Sequence
from html import escape
from math import ceil, floor, isfinite, log10

import numpy as np

from lab.errors import without_controls
from lab.numerics import Array

INK, ACCENT, GOOD, BAD, OPEN = "currentColor", "#d2591f", "#2b8a57", "#d03a3a", "#a07800"
WIDTH, HEIGHT = 340, 210
LEFT, RIGHT, TOP, BOTTOM = 48, 24, 8, 22
FAR = 1e150
"""Values are shown up to this size, and as far as they differ by more than its inverse."""

FARTHEST_KINK = 20.0
"""The |z| up to which a picture of σ reaches to show a kink."""

BESIDE = 1e-6
"""How far beside a kink it looks whether σ′ jumps there."""


def text(words: object) -> str:
    """Words as HTML: whatever they hold, they stay text.

    >>> text("<b>")
    '&lt;b&gt;'
    """
    return escape(without_controls(str(words)))


def card(*pieces: str) -> str:
    """These pieces of HTML in one box, in which signs of a dollar are no mathematics."""
    return f'<div class="tex2jax_ignore mathjax_ignore">{"".join(pieces)}</div>'


def title(words: object, colour: str = INK) -> str:
    """The first line of a card."""
    return f'<p style="margin:.3em 0"><strong style="color:{colour}">{text(words)}</strong></p>'


def line(words: object) -> str:
    """A line of a card."""
    return f'<p style="margin:.3em 0">{text(words)}</p>'


def mathematics(latex: str) -> str:
    """LaTeX between signs of a dollar, which a notebook sets."""
    return f'<p class="tex2jax_process mathjax_process" style="margin:.3em 0">{text(latex)}</p>'


def listed(rows: Mapping[str, object]) -> str:
    """Names and what belongs to each, as a table of two columns; what is empty is left out."""
    cell = "text-align:left;vertical-align:top;white-space:"
    made = "".join(
        f'<tr><th scope="row" style="{cell}nowrap">{text(name)}</th>'
        f'<td style="{cell}normal">{text(value)}</td></tr>'
        for name, value in rows.items()
        if value != ""
    )
    return f"<table>{made}</table>"


def curves(z: Array, lines: Mapping[str, tuple[Array, str]], label: str) -> str:
    """Lines over z as an SVG that describes itself by the ``label``.

    ``lines`` maps the word at the end of each to its values, of the shape of z, and its colour. A line is
    broken where it has no number, and cut off where it leaves what is seen of the middle half of z.
    """
    lines = {word: (np.clip(values, -FAR, FAR), colour) for word, (values, colour) in lines.items()}
    middle = np.abs(z - (z[0] + z[-1]) / 2) <= (z[-1] - z[0]) / 4
    near = np.concatenate([[0.0], *(values[middle & np.isfinite(values)] for values, _ in lines.values())])
    room = 0.08 * (np.ptp(near) if np.ptp(near) > 1 / FAR else 1.0)
    low, high = float(near.min() - room), float(near.max() + room)
    wide, tall = WIDTH - LEFT - RIGHT, HEIGHT - TOP - BOTTOM
    x = (z - z[0]) / (z[-1] - z[0]) * wide

    def y(values: Array) -> Array:
        return np.clip((high - values) / (high - low), -9, 9) * tall

    grid = "".join(
        f'<path d="M0 {down:.1f}H{wide}" stroke="{INK}" stroke-opacity=".18"/>'
        f"{_word(at, -5, down + 4, 'end')}"
        for at in _rounds(low, high)
        for down in [(high - at) / (high - low) * tall]
    )
    below = "".join(
        _word(at, (at - z[0]) / (z[-1] - z[0]) * wide, tall + 14, "middle") for at in _rounds(z[0], z[-1])
    )
    drawn = "".join(
        f'<path d="{_path(x, y(values))}" fill="none" stroke="{colour}" stroke-width="{1.8 - 0.4 * i}"/>'
        for i, (values, colour) in enumerate(lines.values())
    )
    ends = {word: float(np.clip(_last(y(values)), 4, tall)) for word, (values, _) in lines.items()}
    places = dict(zip(sorted(ends, key=ends.__getitem__), _apart(sorted(ends.values())), strict=True))
    words = "".join(
        f'<text x="{wide + 4}" y="{places[word] + 4:.0f}" fill="{colour}">{text(word)}</text>'
        for word, (_, colour) in lines.items()
    )
    return (
        f'<svg viewBox="0 0 {WIDTH} {HEIGHT}" width="{WIDTH}" height="{HEIGHT}" role="img" '
        f'aria-label="{text(label)}" font-size="11" font-family="sans-serif" style="max-width:100%">'
        f'<g transform="translate({LEFT} {TOP})">{grid}{below}{words}'
        f'<rect width="{wide}" height="{tall}" fill="none" stroke="{INK}" stroke-opacity=".5"/>'
        f'<svg width="{wide}" height="{tall}">{drawn}</svg></g></svg>'
    )


def sigma_and_slope(
    name: object,
    both: Callable[[Array], tuple[Array, Array]],
    kinks: Sequence[float],
    jumps: Sequence[float],
) -> str:
    """The `curves` of σ and σ′, which are what ``both`` gives of z; broken where they jump."""
    reach = max([5.0, *(abs(kink) + 1 for kink in kinks if abs(kink) < FARTHEST_KINK)])
    beside = [kink + side for kink in kinks for side in (-BESIDE, 0.0, BESIDE)]
    z = np.union1d(np.linspace(-reach, reach, 301), beside)
    z = z[np.abs(z) <= reach]
    with np.errstate(all="ignore"):
        a, slope = (np.array(values, dtype=float) for values in both(z))
    a[np.isin(z, jumps)] = np.nan
    for at in np.flatnonzero(np.isin(z, kinks)):
        if abs(slope[at + 1] - slope[at - 1]) > 1000 * BESIDE:
            slope[at] = np.nan
    drawn = {"σ": (a, INK), "σ′": (slope, ACCENT)}
    return curves(z, drawn, f"σ and σ′ of {name} for z from {-reach:g} to {reach:g}")


def _path(x: Array, y: Array) -> str:
    pieces, pen = [], "M"
    for across, down in zip(x, y, strict=True):
        if isfinite(down):
            pieces.append(f"{pen}{across:.1f} {down:.1f}")
        pen = "L" if isfinite(down) else "M"
    return "".join(pieces)


def _last(values: Array) -> float:
    known = values[np.isfinite(values)]
    return float(known[-1]) if known.size else 0.0


def _apart(places: Sequence[float], least: float = 12.0) -> list[float]:
    """Places in rising order, moved down so that no two are nearer than this."""
    moved: list[float] = []
    for place in places:
        moved.append(max(place, moved[-1] + least) if moved else place)
    return moved


def _rounds(low: float, high: float) -> list[float]:
    """About five round numbers between two ends."""
    unit = 10.0 ** floor(log10((high - low) / 5))
    step = next(times * unit for times in (1, 2, 5, 10) if times * unit >= (high - low) / 5)
    return [k * step for k in range(ceil(low / step), floor(high / step) + 1)]


def _word(number: float, x: float, y: float, anchor: str) -> str:
    words = f"{number:.4g}".replace("-", "−")
    return f'<text x="{x:.1f}" y="{y:.1f}" fill="{INK}" text-anchor="{anchor}">{words}</text>'
