from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest

from lab.activations.catalogue import TABLE
from lab.activations.hyperbolic import Tanh
from lab.activations.rectifiers import ReLU
from lab.experiment.variants import Variant
from lab.runs import tables
from lab.runs.tables import Part
from lab.training.loop import train
from lab.training.neurons import NEURON_COLUMNS
from lab.training.recorder import EDGES, STEP_COLUMNS
from tests.training.trainings import COLUMNS, made_examples, of_trial, training

Identity = TABLE["identity"]

KEYS = ["variant", "trial", "step", "epoch", "layer", "status"]
FIRST = training((3, 4, 2), count=9, batch=4, steps=7, every=3)
SECOND = training((3, 5, 4, 2), sigma=Tanh(), count=9, batch=4, steps=7, every=3)
LOST = training((3, 4, 2), sigma=ReLU(), output=Identity(), eta=1e200, count=9, batch=4, steps=7, every=3)


def variant(index, label, **varied):
    settings = SimpleNamespace(trials=SimpleNamespace(seed=5))
    return Variant(index, label, varied, settings)


def part(index, label, given, trials):
    return Part(variant(index, label), trials, train(given, trials), steps_per_epoch=3)


def whole_table(make, parts):
    """All pieces of all parts as one table."""
    pieces = [piece for one in parts for piece in make(one)]
    return pd.concat(pieces, ignore_index=True)


@pytest.fixture(scope="module")
def parts():
    return [
        part(0, "sigmoid", FIRST, range(2)),
        part(0, "sigmoid", FIRST, range(2, 3)),
        part(1, "tanh", SECOND, range(3)),
        part(2, "relu", LOST, range(2)),
    ]


@pytest.mark.parametrize(
    ("make", "columns", "places"),
    [
        (tables.layers, [*KEYS, *COLUMNS], lambda sizes: [(l,) for l in range(1, len(sizes))]),
        (
            tables.neurons,
            [*KEYS[:5], "neuron", "status", *NEURON_COLUMNS],
            lambda sizes: [(l, j) for l, n in enumerate(sizes) for j in range(1, n + 1)],
        ),
    ],
    ids=["layers", "neurons"],
)
def test_rows_are_in_the_order_variant_trial_reading_layer_neuron(parts, make, columns, places):
    table = whole_table(make, parts)
    assert list(table.columns) == columns
    expected = [
        (label, trial, step, *place)
        for label, trials, sizes in zip(
            ("sigmoid", "tanh", "relu"), (3, 3, 2), ((3, 4, 2), (3, 5, 4, 2), (3, 4, 2)), strict=True
        )
        for trial in range(trials)
        for step in (0, 3, 6, 7)
        for place in places(sizes)
    ]
    keys = [name for name in columns[: columns.index("status")] if name != "epoch"]
    assert list(table[keys].itertuples(index=False, name=None)) == expected
    assert list(table.index) == list(range(len(expected)))
    np.testing.assert_allclose(table["epoch"], table["step"] / 3)
    assert set(table.loc[table["variant"] == "relu", "status"]) == {"diverged"}
    assert set(table.loc[table["variant"] != "relu", "status"]) == {"done"}


@pytest.mark.parametrize("dtype", ["float64", "float32"])
def test_the_dtypes_of_layers(dtype):
    given = training((3, 4, 2), train=made_examples(3, 2, 8, dtype), dtype=dtype)
    table = whole_table(tables.layers, [part(0, "one", given, range(1))])
    assert {str(table[name].dtype) for name in ("trial", "step", "layer")} == {"int64"}
    assert {str(table[name].dtype) for name in ("epoch", *COLUMNS)} == {"float64"}
    assert all(isinstance(value, str) for value in [*table["variant"], *table["status"]])


@pytest.mark.parametrize(
    ("name", "at", "columns"),
    [("layers", "steps", COLUMNS), ("neurons", "histogram_steps", NEURON_COLUMNS)],
)
def test_every_number_stands_in_its_row(parts, name, at, columns):
    groups = dict(iter(whole_table(getattr(tables, name), parts).groupby(["variant", "trial", "step"])))
    for one in parts:
        for t, trial in enumerate(one.trials):
            for r, step in enumerate(getattr(one.readings, at)):
                rows = groups[one.variant.label, trial, step][list(columns)]
                np.testing.assert_array_equal(rows, getattr(one.readings, name)[r, t])


def test_steps_have_one_row_a_reading(parts):
    table = whole_table(tables.steps, parts)
    assert list(table.columns) == [name for name in KEYS if name != "layer"] + list(STEP_COLUMNS)
    assert len(table) == (3 + 3 + 2) * 4
    third = table[(table["variant"] == "sigmoid") & (table["trial"] == 2)]
    np.testing.assert_array_equal(third[list(STEP_COLUMNS)], parts[1].readings.figures[:, 0])
    assert third["step"].tolist() == [0, 3, 6, 7]
    np.testing.assert_allclose(third["epoch"], [0, 1, 2, 7 / 3])


def test_trials_tell_how_each_ended(parts):
    table = tables.trials(parts, [])
    assert list(table.columns) == [
        *("variant", "trial", "seed", "status", "diverged_at", "origin", "origin_layer", "origin_z"),
        *(f"final_{column}" for column in STEP_COLUMNS),
        "best_test_accuracy",
    ]
    trials = [(label, t) for label, count in (("sigmoid", 3), ("tanh", 3), ("relu", 2)) for t in range(count)]
    assert list(zip(table["variant"], table["trial"], strict=True)) == trials
    assert set(table["seed"]) == {5}
    assert table["status"].tolist() == ["done"] * 6 + ["diverged"] * 2
    assert str(table["diverged_at"].dtype) == "Int64"
    assert table["diverged_at"].isna().tolist() == [True] * 6 + [False] * 2
    assert table["diverged_at"].tolist()[6:] == parts[3].readings.diverged.tolist()
    finals = table[[f"final_{column}" for column in STEP_COLUMNS]].to_numpy()
    np.testing.assert_array_equal(finals[3:6], parts[2].readings.final)
    assert np.isnan(finals[6:]).all()
    best = parts[2].readings.figures[:, :, 3].max(axis=0)
    np.testing.assert_array_equal(table["best_test_accuracy"][3:6], best)


def test_trials_tell_where_a_trial_that_diverged_lost_its_first_number(parts):
    at = np.array([[2, -0.5], [np.nan, np.nan]])
    readings = replace(parts[3].readings, origin=np.array(["σ′ is NaN", "C ran over"]), origin_at=at)
    table = tables.trials([parts[0], replace(parts[3], readings=readings)], [])
    assert table["origin"].tolist()[2:] == ["σ′ is NaN", "C ran over"]
    assert table["origin_layer"].tolist()[2] == 2
    assert table["origin_z"].tolist()[2] == -0.5
    assert table.loc[:1, "origin":"origin_z"].isna().all(axis=None)
    assert table.loc[3, "origin_layer":"origin_z"].isna().all()
    assert table.dtypes.to_dict() == tables.trials(parts[:1], []).dtypes.to_dict()


def test_trials_that_failed_have_rows_without_figures_and_the_same_columns(parts):
    failed, whole = [(variant(1, "tanh"), trial) for trial in (0, 1)], tables.trials(parts, [])
    table = tables.trials(parts[:1], failed)
    assert table["status"].tolist() == ["done", "done", "failed", "failed"]
    assert table["trial"].tolist() == [0, 1, 0, 1]
    assert table["seed"].tolist() == [5] * 4
    assert table.loc[2:, "diverged_at":].isna().all(axis=None)
    assert str(table["diverged_at"].dtype) == "Int64"
    assert str(table["final_cost"].dtype) == "float64"
    alone = tables.trials([], failed[:1])
    assert alone.dtypes.to_dict() == table.dtypes.to_dict() == whole.dtypes.to_dict()
    assert alone["status"].tolist() == ["failed"]
    assert list(tables.trials([], []).columns) == list(whole.columns)


def test_histograms_count_every_neuron_and_example_in_order(parts):
    table = whole_table(tables.histograms, parts)
    assert list(table.columns) == ["variant", "trial", "step", "layer", "low", "high", "count"]
    widths = {"sigmoid": [4, 2], "tanh": [5, 4, 2]}
    for (label, _, _, layer), rows in table.groupby(["variant", "trial", "step", "layer"]):
        if label != "relu":
            assert rows["count"].sum() == 4 * widths[label][layer - 1]
    assert (table["count"] > 0).all()
    assert str(table["count"].dtype) == "int64"
    assert set(table["low"]) <= set(EDGES[:-1])
    assert np.array_equal(np.searchsorted(EDGES, table["low"]) + 1, np.searchsorted(EDGES, table["high"]))
    keys = ["trial", "step", "layer", "low"]
    for _, rows in table[keys].groupby(table["variant"]):
        pd.testing.assert_frame_equal(rows, rows.sort_values(keys))
    counts = parts[1].readings.histograms
    chosen = table.query("variant == 'sigmoid' and trial == 2")
    assert chosen["count"].sum() == counts.sum()
    first, bins = chosen.query("step == 0 and layer == 2"), counts[0, 0, 1]
    assert first["count"].tolist() == bins[bins > 0].tolist()
    assert first["low"].tolist() == EDGES[:-1][bins > 0].tolist()


def test_the_tables_do_not_depend_on_the_chunks(parts):
    whole = part(0, "sigmoid", FIRST, range(3))
    singles = [replace(whole, trials=range(t, t + 1), readings=of_trial(whole.readings, t)) for t in range(3)]
    for make in (tables.layers, tables.steps, tables.histograms, tables.neurons):
        pd.testing.assert_frame_equal(whole_table(make, [whole]), whole_table(make, singles))
    pd.testing.assert_frame_equal(tables.trials([whole], []), tables.trials(singles, []))


@pytest.mark.parametrize("make", [tables.layers, tables.steps, tables.histograms, tables.neurons])
@pytest.mark.parametrize("cells", [1, 40])
def test_the_pieces_of_a_table_are_small_and_make_the_whole(parts, make, cells, monkeypatch):
    whole = whole_table(make, parts)
    monkeypatch.setattr(tables, "PIECE_CELLS", cells)
    pieces = [piece for one in parts for piece in make(one)]
    assert len(pieces) > len(parts)
    pd.testing.assert_frame_equal(pd.concat(pieces, ignore_index=True), whole)


@pytest.mark.parametrize("name", ["layers", "steps", "histograms", "neurons"])
def test_a_table_without_a_piece_has_the_columns_of_one_with(parts, name):
    columns = next(iter(getattr(tables, name)(parts[0]))).columns
    assert list(columns)[: len(tables.NO_ROWS[name])] == list(tables.NO_ROWS[name])


def test_a_part_without_single_neurons_has_no_rows_of_them():
    assert list(tables.neurons(part(0, "one", training((3, 4, 2), neurons=False), range(2)))) == []


def test_the_errors_of_neurons_are_those_of_their_layer(parts):
    """Gradients are the layer's in norm, and the means of slopes and saturations over neurons are too."""

    def rooted(speeds):
        return np.sqrt((speeds**2).sum(min_count=1))

    layers = whole_table(tables.layers, parts).set_index(["variant", "trial", "step", "layer"])
    neurons = whole_table(tables.neurons, parts).query("layer > 0")
    groups = neurons.groupby(["variant", "trial", "step", "layer"])
    found = groups.agg(
        learning_speed=("delta_mean", rooted),
        learning_speed_w=("speed_in", rooted),
        **{name: (name, "mean") for name in ("slope_mean", "saturation", "a_mean")},
    )
    of_layers = layers.loc[found.index, list(found.columns)]
    np.testing.assert_allclose(found, of_layers, rtol=1e-12, atol=1e-15)
    assert of_layers.loc["tanh"].notna().all(axis=None)
