from itertools import pairwise

import numpy as np
import pytest

from lab.analysis.summary import summary
from lab.figures import Layout, NothingToShowError, draw
from tests.figures.conftest import make_tables, texts

NAMES = ("a, floor=0.0", "a, floor=0.1", "a, floor=1.0", "b, floor=0.0", "b, floor=0.1", "b, floor=1.0")


@pytest.fixture(scope="module")
def two_keys():
    """A run of two varied keys: the kind a or b, and a floor."""
    tables = make_tables(NAMES, 2, 3)
    kinds, floors = ["a"] * 3 + ["b"] * 3, [0.0, 0.1, 1.0] * 2
    varied = {"network.cost": kinds, "network.activation.floor": floors, "network.activation": "x"}
    return {**tables, "variants": tables["variants"].assign(**varied)}


def test_a_line_for_each_value_of_the_other_key_over_the_number(two_keys):
    figure = draw("dose", two_keys)
    rows = summary(two_keys).set_index("variant")
    outcome = figure.axes[1]
    assert [line.get_label() for line in outcome.lines] == ["cost a", "cost b"]
    for kind, line in zip("ab", outcome.lines, strict=True):
        names = [name for name in NAMES if name.startswith(kind)]
        np.testing.assert_array_equal(line.get_ydata(), rows.loc[names, "final_test_accuracy"])
    assert [label.get_text() for label in outcome.get_xticklabels()] == ["0.0", "0.1", "1.0"]


def test_a_cell_for_each_variant_with_its_number(two_keys):
    figure = draw("map", two_keys)
    rows = summary(two_keys).set_index("variant")
    (image,) = figure.axes[1].images
    np.testing.assert_array_equal(image.get_array().ravel(), rows["final_test_accuracy"])
    assert f"{rows['final_test_accuracy'].iloc[0]:.2g}" in texts(figure)


def test_a_map_tells_why_a_cell_has_no_number(two_keys):
    dead = two_keys["layers"].assign(
        learning_speed=lambda rows: rows["learning_speed"].where(rows["variant"] != NAMES[0], 0.0)
    )
    lost = two_keys["trials"]["variant"] == NAMES[1]
    trials = two_keys["trials"].assign(
        status=lambda rows: rows["status"].mask(lost, "failed"),
        final_test_accuracy=lambda rows: rows["final_test_accuracy"].mask(lost),
    )
    told = texts(draw("map", {**two_keys, "layers": dead}))
    assert "not two hidden layers that learn" in told
    told = texts(draw("map", {**two_keys, "layers": dead, "trials": trials}))
    assert "no trial is done or not two hidden layers that learn" in told


def test_a_map_has_room_for_its_numbers_beside_long_labels(two_keys):
    long = {"a": "quadratic", "b": "tanh(z) + 0.05*exp(-z**2)*sin(3*z) + 0.1*z"}
    of = two_keys["variants"]
    figure = draw(
        "map", {**two_keys, "variants": of.assign(**{"network.cost": of["network.cost"].map(long)})}
    )
    down = draw(
        "map", {**two_keys, "variants": of.assign(**{"network.activation.floor": [*long.values()] * 3})}
    )
    for one in (figure, down):
        one.draw_without_rendering()
        for ax in one.axes:
            cell = ax.get_window_extent().height / len(ax.get_yticks())
            assert all(text.get_window_extent().height < cell for text in ax.texts)


def test_on_a_narrow_page_the_maps_stand_one_above_the_other(two_keys):
    narrow = draw("map", two_keys, layout=Layout(width=3.4))
    above, below = (ax.get_subplotspec() for ax in narrow.axes)
    assert (above.rowspan.start, below.rowspan.start) == (0, 1)
    assert above.colspan == below.colspan


@pytest.mark.parametrize(
    ("name", "why"), [("dose", "no key varies over three numbers"), ("map", "two varied keys")]
)
def test_without_numbers_or_a_second_key_there_is_nothing_to_show(tables, name, why):
    with pytest.raises(NothingToShowError, match=why):
        draw(name, tables)


def test_of_many_lines_twelve_are_shown():
    kinds, floors = [f"k{at}" for at in range(14)], (0.0, 0.1, 1.0)
    names = [f"{kind}, floor={floor}" for kind in kinds for floor in floors]
    made = make_tables(tuple(names), 1, 2)
    varied = {"network.cost": np.repeat(kinds, 3), "network.activation.floor": np.tile(floors, 14)}
    variants = made["variants"].assign(**varied, **{"network.activation": "x"})
    figure = draw("dose", {**made, "variants": variants})
    told = [line.get_label() for line in figure.axes[-1].lines]
    assert (len(told), told[0], told[-1]) == (12, "cost k0", "cost k13")
    assert "12 of 14 values of cost shown; choose with --variants" in texts(figure)


def test_labels_of_many_numbers_do_not_touch():
    numbers = [m * 10.0**e for e in range(-3, 4) for m in (1, 2, 2.1, 5)]
    names = tuple(f"eta={number:g}" for number in numbers)
    made = make_tables(names, 1, 2)
    figure = draw("dose", {**made, "variants": made["variants"].assign(**{"training.eta": numbers})})
    labels = [label for label in figure.axes[-1].get_xticklabels() if label.get_text()]
    figure.draw_without_rendering()
    boxes = sorted((label.get_window_extent() for label in labels), key=lambda box: box.x0)
    assert len(labels) == 21
    assert all(one.x1 < other.x0 for one, other in pairwise(boxes))
