from itertools import chain, product
from math import inf

import pandas as pd
import pytest

from lab.figures.varied import arranged, looks, varied


def table(**columns):
    return {"variants": pd.DataFrame({"variant": list("abcd"), **columns})}


def test_numbers_come_first_in_their_order_and_depths_count_the_layers():
    hidden = ["[30, 30]", "[30]", "[30, 30]", "[30]"]
    keys = varied(
        table(**{"network.hidden": hidden, "training.eta": [1.0, 1.0, 0.1, 0.1], "network.cost": "c"})
    )
    assert [(key.name, key.values, key.numbers) for key in keys] == [
        ("training.eta", ["0.1", "1.0"], [0.1, 1.0]),
        ("network.hidden", ["1", "2"], [1.0, 2.0]),
    ]
    assert keys[1].place == {"a": 1, "b": 0, "c": 1, "d": 0}
    assert (keys[0].says(0), keys[1].says(1)) == ("eta 0.1", "2 hidden layers")
    assert keys[1].says(0) == "1 hidden layer"


def test_a_part_is_told_in_words_and_not_as_a_table_of_python():
    parts = [
        {"name": "constant", "w": 0.5, "b": -3.0},
        {"name": "normal"},
        "nielsen",
        {"name": "c", "w": inf},
    ]
    (key,) = varied(table(**{"network.initialiser": list(map(str, parts))}))
    assert key.values == ["constant(w=0.5, b=-3.0)", "normal", "nielsen", "{'name': 'c', 'w': inf}"]


def test_a_key_is_called_by_what_its_last_part_is_of_and_whole_where_two_end_alike():
    keys = varied(table(**{"data.name": list("wxyz"), "network.initialiser.name": list("wxyz")}))
    assert [key.words for key in keys] == ["data", "initialiser"]
    keys = varied(table(**{"activations.p.floor": range(4), "activations.q.floor": range(4)}))
    assert [key.words for key in keys] == ["activations.p.floor", "activations.q.floor"]


def test_colours_follow_an_order_and_markers_tell_the_second_key():
    cost = ["x", "y", "x", "y"]
    found = looks(table(**{"training.eta": [0.1, 0.1, 1.0, 1.0], "network.cost": cost}), list("abcd"))
    assert found["a"].colour == found["b"].colour != found["c"].colour
    assert found["a"].marker == found["c"].marker != found["b"].marker


def grid(**keys):
    """A table of every combination of the values, and its variants: ``0.1 x``."""
    rows = list(product(*keys.values()))
    names = [" ".join(map(str, row)) for row in rows]
    columns = zip(*rows, strict=True)
    return {"variants": pd.DataFrame({"variant": names, **dict(zip(keys, columns, strict=True))})}, names


ETA, COST, HIDDEN = "training.eta", "network.cost", "network.hidden"


def test_variants_that_are_few_share_a_panel():
    two, names = grid(**{ETA: [0.1, 1.0], COST: ["x", "y"]})
    found = arranged(two, names, 4, 12)
    assert (found.panels, found.entries) == ({"": names}, [])
    assert found.looks == looks(two, names)


def test_panels_are_the_values_of_as_few_keys_as_do():
    two, names = grid(**{ETA: [0.1, 1.0], COST: ["x", "y"]})
    assert arranged(two, names, 2, 12).panels == {"cost x": ["0.1 x", "1.0 x"], "cost y": ["0.1 y", "1.0 y"]}
    three, names = grid(**{COST: ["x", "y"], HIDDEN: ["[5]", "[5, 5]"], ETA: [0.1, 0.2, 0.3]})
    assert list(arranged(three, names, 6, 12).panels) == ["cost x", "cost y"]
    assert list(arranged(three, names, 3, 12).panels) == [
        *("1 hidden layer, cost x", "1 hidden layer, cost y"),
        *("2 hidden layers, cost x", "2 hidden layers, cost y"),
    ]


@pytest.mark.parametrize("most", [3, 6])
def test_each_line_of_a_panel_looks_as_the_legend_says(most):
    tables, names = grid(**{COST: ["x", "y"], HIDDEN: ["[5]", "[5, 5]"], ETA: [0.1, 0.2, 0.3]})
    found = arranged(tables, names, most, 12)
    legend = {label: mark for mark, label in found.entries}
    hidden = {"[5]": "1 hidden layer", "[5, 5]": "2 hidden layers"}
    for of_panel in found.panels.values():
        assert len({(found.looks[name].colour, found.looks[name].marker) for name in of_panel}) == most
    for row in tables["variants"].to_dict("records"):
        look = found.looks[row["variant"]]
        assert look.colour == legend[f"eta {row[ETA]}"].get_color()
        marked = legend[hidden[row[HIDDEN]] if most == 6 else f"eta {row[ETA]}"]
        assert look.marker == marked.get_marker()
    assert len(legend) == (5 if most == 6 else 3)


def test_of_many_panels_some_are_shown():
    tables, names = grid(**{ETA: [0.1, 1.0], COST: list("abcdefghijklmnopqrst")})
    found = arranged(tables, names, 8, 12)
    assert len(found.panels) == 12
    assert [list(found.panels)[at] for at in (0, -1)] == ["cost a", "cost t"]
    assert sorted(found.looks) == sorted(chain(*found.panels.values()))


@pytest.mark.parametrize(("count", "sizes"), [(9, [5, 4]), (12, [6, 6]), (57, [6, 6])])
def test_variants_without_such_keys_are_cut_and_look_different_in_each_panel(count, sizes):
    names = [f"v{at}" for at in range(count)]
    found = arranged({}, names, 8, 12)
    assert [len(of_panel) for of_panel in found.panels.values()] == sizes
    shown = list(chain(*found.panels.values()))
    assert (shown[0], shown[-1], found.entries) == (names[0], names[-1], [])
    for of_panel in found.panels.values():
        assert len({found.looks[name] for name in of_panel}) == len(of_panel)


def test_colours_follow_the_first_key_whatever_the_number_of_keys():
    tables, names = grid(**{ETA: [0.1, 0.2, 0.3], COST: ["x", "y"], "network.output": ["p", "q"]})
    found = looks(tables, names)
    assert len(set(found.values())) == len(names)
    assert len({look.colour for look in found.values()}) == 3
    assert {found[name].colour for name in names if name.startswith("0.1")} == {found["0.1 x p"].colour}


def test_of_variants_without_keys_those_that_got_to_the_end_are_shown():
    names = [f"v{number}" for number in range(20)]
    lost = set(names[::2])
    trials = [
        {"variant": name, "trial": 0, "status": "diverged" if name in lost else "done"} for name in names
    ]
    found = arranged({"trials": pd.DataFrame(trials)}, names, 4, 10)
    assert [name for of_panel in found.panels.values() for name in of_panel] == names[1::2]
