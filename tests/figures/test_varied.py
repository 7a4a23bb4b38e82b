import pandas as pd

from lab.figures.varied import groups, looks, varied


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


def test_colours_follow_an_order_and_markers_tell_the_second_key():
    cost = ["x", "y", "x", "y"]
    found = looks(table(**{"training.eta": [0.1, 0.1, 1.0, 1.0], "network.cost": cost}), list("abcd"))
    assert found["a"].colour == found["b"].colour != found["c"].colour
    assert found["a"].marker == found["c"].marker != found["b"].marker


def test_many_variants_are_grouped_by_the_second_key_else_cut():
    cost = ["x", "y", "x", "y"]
    two = table(**{"training.eta": [0.1, 0.1, 1.0, 1.0], "network.cost": cost})
    assert groups(two, list("abcd"), 2) == {"cost x": ["a", "c"], "cost y": ["b", "d"]}
    assert groups({}, list("abc"), 2) == {"a … b": ["a", "b"], "c … c": ["c"]}
    assert groups(two, list("abcd"), 4) == {"": list("abcd")}
