"""Predicted ratios at the scale of what was measured."""

import numpy as np
import pandas as pd
import pytest

from lab.figures.predictions import levels


def tables(*speeds, column="predicted_speed", variant="a"):
    rows = {"variant": variant, "layer": np.arange(1, len(speeds) + 1), column: speeds}
    return {"prediction": pd.DataFrame(rows)}


MEASURED = {1: 0.3, 2: 0.5, 3: 2.0}


def test_the_last_hidden_layer_is_where_it_was_measured():
    assert levels(tables(0.1, 1.0, 4.0), "a", "learning_speed", MEASURED) == {1: 0.05, 2: 0.5, 3: 2.0}


def test_weights_have_their_own_column():
    found = levels(tables(0.1, 1.0, 4.0, column="predicted_speed_w"), "a", "learning_speed_w", MEASURED)
    assert found == {1: 0.05, 2: 0.5, 3: 2.0}
    assert levels(tables(0.1, 1.0, 4.0), "a", "learning_speed_w", MEASURED) == {}


def test_what_has_no_place_on_a_logarithmic_axis_is_left_out():
    assert levels(tables(0.0, 1.0, np.inf), "a", "learning_speed", MEASURED) == {2: 0.5}
    assert levels(tables(*[np.nan] * 3), "a", "learning_speed", MEASURED) == {}


def test_without_a_prediction_or_its_scale_there_is_nothing():
    assert levels({}, "a", "learning_speed", MEASURED) == {}
    assert levels(tables(1.0, 1.0), "b", "learning_speed", MEASURED) == {}
    assert levels(tables(0.1, 1.0, 4.0), "a", "learning_speed", {1: 0.3}) == {}


def test_a_single_neuron_is_its_own_scale():
    assert levels(tables(1.0), "a", "learning_speed", {1: 0.3}) == pytest.approx({1: 0.3})
