import json
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from lab.report import island as room
from lab.report.island import island
from tests.report.test_differences import DIFFERENCE


@pytest.fixture(scope="module")
def made(run):
    return island([run], ["vanishing"])


def test_the_values_are_the_quantiles_over_the_trials(run, made):
    layers = run.tables["layers"]
    for variant in made["variants"]:
        own = layers[layers["variant"] == variant["name"]]
        for place in (0, len(variant["steps"]) // 2, -1):
            of_step = own[own["step"] == variant["steps"][place]]
            for layer, rows in of_step.groupby("layer"):
                for level, quantile in (("low", 0.05), ("median", 0.5), ("high", 0.95)):
                    shown = variant["values"]["learning_speed"][level][layer - 1][place]
                    assert shown == pytest.approx(
                        np.quantile(rows["learning_speed"].dropna(), quantile), rel=1e-3
                    )


def test_the_first_and_the_last_reading_are_there_and_as_many_as_there_is_room_for(run, made):
    steps = sorted(set(run.tables["steps"]["step"]))
    for variant in made["variants"]:
        assert (variant["steps"][0], variant["steps"][-1]) == (steps[0], steps[-1])
        assert set(variant["steps"]) <= set(steps)


def test_the_costs_are_there_and_the_ledger(run, made):
    values = made["variants"][0]["values"]
    assert len(values["cost"]["median"]) == 1
    assert {"transport_decades", "slope_decades"} <= values.keys()
    assert "reaches" not in values


def test_the_shares_of_the_causes_sum_to_one(made):
    for variant in made["variants"]:
        causes = [of["median"] for name, of in variant["values"].items() if name.startswith("cause_")]
        assert np.sum(np.array(causes, dtype=float), axis=0) == pytest.approx(1, abs=0.003)


def test_a_variant_tells_its_bounds_and_its_trials_and_what_was_predicted(made):
    tanh = made["variants"][1]
    assert (tanh["inf"], tanh["slopes"], tanh["threshold"]) == (0.0, "[0, 1], proved", 0.05)
    assert tanh["trials"] == {"diverged": 3, "done": 1}
    assert tanh["predicted"][3] == 1


@pytest.mark.parametrize(
    ("low", "high", "slopes", "endless"),
    [
        (-0.1289041, 1.1289041, "[−0.129, 1.129], proved", False),
        (0.0, np.inf, "[0, ∞), proved", True),
        (-np.inf, 0.5, "(−∞, 0.5], proved", True),
        (np.nan, np.nan, "", False),
    ],
)
def test_bounds_are_rounded_outwards_and_without_end_where_they_have_none(run, low, high, slopes, endless):
    variants = run.tables["variants"].assign(inf_slope=low, sup_slope=high)
    first = island([replace(run, tables={**run.tables, "variants": variants})], ["x"])["variants"][0]
    assert (first["slopes"], first["endless"]) == (slopes, endless)


def test_a_curve_that_layers_share_is_kept_once(made):
    assert len(made["curves"]) == 2
    assert made["variants"][0]["curves"] == [0, 0, 0, 0, 0]


def test_a_curve_reaches_as_far_as_it_is_sampled(run):
    far = run.tables["curves"].assign(z=lambda rows: 100 * rows["z"])
    made = island([replace(run, tables={**run.tables, "curves": far})], ["x"])["curves"][0]
    assert (made["z"][0], made["z"][-1]) == (far["z"].min(), far["z"].max())


def test_runs_bring_their_comparisons_by_the_places_of_their_variants(run):
    (none,) = island([run], ["x"])["compared"]
    assert none is None
    rows = pd.DataFrame([DIFFERENCE])
    several = [replace(run, tables={**run.tables, "comparisons": rows}), run]
    first, second = island(several, ["a", "b"])["compared"]
    assert first["metrics"][0]["rows"][0]["variant"] == 1
    assert second is None


def test_the_heights_are_those_of_the_histograms(run, made):
    """Of a normal distribution the highest bin is at its mean, and its width tells its spread."""
    found = made["variants"][0]["histograms"]
    assert found["steps"] == [0, 250, 500]
    for at, spread in enumerate((1.0, 1.6, 2.4)):
        heights = found["heights"][at][0]
        edges = np.linspace(found["low"][at][0], found["high"][at][0], room.BINS + 1)
        middle = (edges[1:] + edges[:-1]) / 2
        mean = np.average(middle, weights=heights)
        assert mean == pytest.approx(0.2, abs=0.1)
        assert np.average((middle - mean) ** 2, weights=heights) ** 0.5 == pytest.approx(
            1.2 * spread, rel=0.05
        )
        assert max(heights) == 100


def test_of_several_runs_each_variant_has_the_name_of_its_run(run):
    names = [one["name"] for one in island([run, run], ["a", "b"])["variants"]]
    assert names == ["a: sigmoid", "a: tanh", "b: sigmoid", "b: tanh"]


def test_where_there_is_little_room_readings_are_left_out_and_then_the_last_quantities(run, monkeypatch):
    monkeypatch.setattr(room, "MOST_NUMBERS", 2000)
    small = island([run], ["x"])
    numbers = [
        x
        for one in small["variants"]
        for of in one["values"].values()
        for lines in of.values()
        for line in lines
        for x in line
    ]
    assert len(numbers) < 1.25 * 2000
    assert [one["name"] for one in small["quantities"][:2]] == ["learning_speed", "saturation"]
    assert "test_accuracy" in {one["name"] for one in small["quantities"]}
    assert {len(one["steps"]) for one in small["variants"]} == {room.FEWEST_READINGS}


def test_what_is_not_finite_is_null(run):
    tables = dict(run.tables)
    layers = tables["layers"].copy()
    layers["learning_speed"] = layers["learning_speed"].mask(layers["step"] == 0, np.inf)
    values = island([room.Subject("x", {}, {**tables, "layers": layers})], ["x"])["variants"][0]["values"]
    assert {line[0] for line in values["learning_speed"]["median"]} == {None}
    json.dumps(values, allow_nan=False)


def test_a_run_of_which_nothing_has_ended_has_variants_without_values(run):
    tables = {
        name: table if name in ("variants", "curves") else table.iloc[:0]
        for name, table in run.tables.items()
    }
    empty = island([room.Subject("x", {}, tables)], ["x"])
    assert [one["values"] for one in empty["variants"]] == [{}, {}]


def test_a_table_may_be_missing(run):
    tables = {name: run.tables[name] for name in ("layers", "steps", "trials", "variants")}
    (first, _) = island([room.Subject("x", {}, tables)], ["x"])["variants"]
    assert (first["curves"], first["histograms"], first["predicted"]) == ([], None, [])


def test_a_quantity_that_no_trial_has_is_left_out(run):
    layers = run.tables["layers"].assign(mine=np.nan, other=1.0)
    made = island([room.Subject("x", {}, {**run.tables, "layers": pd.DataFrame(layers)})], ["x"])
    assert "mine" not in made["variants"][0]["values"]
    assert made["variants"][0]["values"]["other"]["median"][0][0] == 1
