from itertools import pairwise

import matplotlib
import numpy as np
import pytest
from matplotlib import colormaps, rcParams
from matplotlib.colors import to_hex, to_rgb
from matplotlib.figure import Figure

from lab.figures.drawing import marks, style


def lightness(colour: str) -> float:
    red, green, blue = (int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5))
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def test_categories_look_different_the_first_by_colour_and_by_marker():
    looks = style.categories(308)
    assert len({look.colour for look in looks[:7]}) == len({look.marker for look in looks[:7]}) == 7
    assert len(set(looks)) == 308


def test_layers_go_from_dark_to_light_and_neighbours_differ_in_dashes():
    looks = list(style.ramp(list(range(1, 9))).values())
    light = [lightness(look.colour) for look in looks]
    assert light == sorted(light)
    assert all(one.dashes != other.dashes for one, other in pairwise(looks))


def test_the_map_of_saturation_prints_in_grey():
    shades = [lightness(to_hex(colormaps[style.SATURATION_MAP](share / 20))) for share in range(21)]
    assert shades == sorted(shades, reverse=True)


def test_the_style_ends_with_its_context_and_what_a_user_set_does_not_count():
    with matplotlib.rc_context({"lines.linewidth": 9, "font.family": "serif", "axes.titlepad": 99}):
        before = dict(matplotlib.rcParams)
        with style.context():
            assert matplotlib.rcParams["text.parse_math"] is False
            assert matplotlib.rcParams["svg.fonttype"] == "none"
            assert matplotlib.rcParams["pdf.fonttype"] == 42
            assert matplotlib.rcParams["lines.linewidth"] == 1.5
            assert matplotlib.rcParams["font.family"] == ["sans-serif"]
            assert matplotlib.rcParams["font.sans-serif"] == ["DejaVu Sans"]
            assert matplotlib.rcParams["axes.titlepad"] == matplotlib.rcParamsDefault["axes.titlepad"]
        assert dict(matplotlib.rcParams) == before


def test_letters_that_the_font_lacks_come_from_a_font_that_is_there(monkeypatch, recwarn):
    monkeypatch.setattr(style, "WIDE_SCRIPTS", ("None Such", "STIXNonUnicode"))
    style.fonts.cache_clear()
    try:
        with style.context():
            assert matplotlib.rcParams["font.family"] == ["sans-serif", "STIXNonUnicode"]
            figure = Figure()
            figure.suptitle("\ue156")  # of these fonts in that one alone
            figure.canvas.draw()
    finally:
        style.fonts.cache_clear()
    assert not recwarn.list


@pytest.mark.parametrize(
    ("own", "colour"), [("dark_background", "white"), ({"font.size": 8}, style.INK), (None, style.INK)]
)
def test_numbers_of_an_axis_and_plain_lines_have_the_colour_of_the_style(own, colour):
    with style.context(own):
        figure = Figure()
        (label, *_) = figure.subplots().get_xticklabels()
        assert to_hex(label.get_color()) == to_hex(style.ink()) == to_hex(colour)


def test_the_grounds_of_words_and_of_what_is_missing_are_those_of_the_style():
    """On a dark ground both had been white: words in an accent stood on grey."""
    with style.context("dark_background"):
        ax = Figure().subplots()
        marks.bound(ax, 0.5, "inf σ′", below=True)
        marks.ground(ax, np.array([0.0, 1.0]), np.array([0.0, 1.0]))
    (box,) = (text.get_bbox_patch() for text in ax.texts)
    assert to_hex(box.get_facecolor()) == "#000000"
    assert ax.patches[0].get_facecolor()[3] == 0


def test_every_line_can_be_seen_on_a_dark_ground():
    """The fifth variant had been black on black, and the first layer nearly so."""
    with style.context("dark_background"):
        variants, layers = style.categories(7), [*style.ramp([1, 2, 3, 4, 5]).values()]
    assert min(lightness(look.colour) for look in [*variants, *layers]) > 0.25
    assert len({look.colour for look in variants}) == 7
    assert [lightness(look.colour) for look in layers] == sorted(lightness(look.colour) for look in layers)


@pytest.mark.parametrize("own", [None, "ggplot", "seaborn-v0_8", "Solarize_Light2", "dark_background"])
def test_notes_can_be_read_on_the_ground_of_a_style(own):
    """The ratio of luminances that WCAG 2 asks of small text."""
    with style.context(own):
        low, high = sorted(map(luminance, (style.quiet(), rcParams["axes.facecolor"])))
    assert (high + 0.05) / (low + 0.05) >= 4.5


def luminance(colour):
    parts = np.array(to_rgb(colour))
    linear = np.where(parts <= 0.04045, parts / 12.92, ((parts + 0.055) / 1.055) ** 2.4)
    return linear @ (0.2126, 0.7152, 0.0722)
