from xml.etree import ElementTree

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from lab import markup

Z = np.linspace(-5, 5, 41)
HOSTILE = '<img src=x onerror="alert(1)">\x1b[31m'


def parsed(svg):
    return ElementTree.fromstring(svg)


def paths(svg):
    """The lines that are drawn, without the grid."""
    return [one.get("d") for one in parsed(svg).find("g/svg")]


values = st.lists(st.floats(width=64), min_size=len(Z), max_size=len(Z)).map(np.array)


@given(values, values)
def test_any_numbers_are_an_svg_whose_places_are_finite(a, slope):
    svg = markup.curves(Z, {"σ": (a, markup.INK), "σ′": (slope, markup.ACCENT)}, "σ and σ′")
    root = parsed(svg)
    assert root.get("role") == "img"
    assert root.get("aria-label") == "σ and σ′"
    written = [value for one in root.iter() for value in one.attrib.values()]
    assert not [value for value in written if "nan" in value or "inf" in value]
    assert len(paths(svg)) == 2


def test_a_line_is_broken_where_it_has_no_number():
    a = np.where(np.abs(Z) < 1, np.nan, Z)
    assert paths(markup.curves(Z, {"σ": (a, markup.INK)}, ""))[0].count("M") == 2


def test_two_words_at_the_same_end_stand_apart():
    svg = markup.curves(Z, {"σ": (Z, markup.INK), "σ′": (Z, markup.ACCENT)}, "")
    last = [float(one.get("y")) for one in parsed(svg).iter("text")][-2:]
    assert abs(last[0] - last[1]) >= 12


def test_words_stay_words():
    shown = markup.card(markup.title(HOSTILE), markup.line(HOSTILE), markup.listed({HOSTILE: HOSTILE}))
    root = parsed(shown)
    assert root.get("class") == "tex2jax_ignore mathjax_ignore"
    assert not list(root.iter("img"))
    assert "".join(root.itertext()).count("<img src=x") == 4
    assert "\x1b" not in shown


def test_only_mathematics_is_set_as_such():
    assert parsed(markup.mathematics("$z < 1$")).get("class") == "tex2jax_process mathjax_process"


def test_what_is_empty_is_not_listed():
    assert "kinks" not in markup.listed({"range": "[0, 1]", "kinks": ""})


def test_the_middle_half_of_z_fills_the_height_with_room_of_8_in_100_of_it_at_either_end():
    """σ = z there goes from −2.5 to 2.5, so what is seen from −2.9 to 2.9."""
    (path,) = paths(markup.curves(Z, {"σ": (Z, markup.INK)}, ""))
    points = dict(tuple(map(float, point.split())) for point in path.replace("L", "M").split("M")[1:])
    wide, tall = max(points), markup.HEIGHT - markup.TOP - markup.BOTTOM
    for z, room in ((-2.5, 5.4), (0.0, 2.9), (2.5, 0.4)):
        assert abs(points[(z + 5) / 10 * wide] - room / 5.8 * tall) <= 0.1
