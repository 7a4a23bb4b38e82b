import json
from math import nan

import pandas as pd
import pytest

from lab.report.differences import differences

DIFFERENCE = {
    "metric": "final_cost",
    "a": "sigmoid",
    "b": "tanh",
    "pairs": 6,
    "neither": 0,
    "never": 0,
    "family": 1,
}
DIFFERENCE |= {"difference": -0.123456, "low": -0.2, "high": nan, "p_holm": 0.03, "p_least": 0.03}
PLACES = {"sigmoid": 0, "tanh": 1}


def of(**changed):
    return differences(pd.DataFrame([DIFFERENCE | changed]), PLACES)


def test_a_row_has_its_numbers_and_whether_it_is_sure():
    found = of()
    assert found["against"] == "sigmoid"
    (row,) = found["metrics"][0]["rows"]
    numbers = {"difference": -0.1235, "low": -0.2, "high": None}
    assert row == {"variant": 1, **numbers, "pairs": 6, "sure": True, "told": ""}
    assert json.loads(json.dumps(found, allow_nan=False))["metrics"][0]["words"] == "cost at the end"


@pytest.mark.parametrize(
    ("metric", "sides"),
    [
        ("final_cost", ("← better", "worse →")),
        ("final_accuracy", ("← worse", "better →")),
        ("log_speed_first", ("← smaller", "larger →")),
        ("epochs_to=0.5", ("← better", "worse →")),
    ],
)
def test_the_sides_are_named(metric, sides):
    assert of(metric=metric)["metrics"][0]["sides"] == sides


def test_a_unit_is_told_once():
    assert of(metric="log_speed_first")["metrics"][0]["words"].endswith(", decades")
    assert of(metric="epochs_to=0.9")["metrics"][0]["words"].count("epochs") == 1


@pytest.mark.parametrize(("never", "told"), [(0, False), (2, True)])
def test_a_time_that_never_came_is_told(never, told):
    note = of(metric="epochs_to=0.9", never=never)["metrics"][0]["note"]
    assert note.startswith("never there: counts with") == told


@pytest.mark.parametrize(("neither", "told"), [(0, "no pair"), (3, "neither got there")])
def test_where_there_is_no_pair_it_is_said(neither, told):
    (row,) = of(pairs=0, neither=neither, difference=nan, p_holm=nan)["metrics"][0]["rows"]
    assert (row["told"], row["sure"], row["difference"]) == (told, False, None)


def test_nothing_compared_is_nothing():
    assert differences(pd.DataFrame(), PLACES) is None
