import numpy as np
import pandas as pd
import pytest

from lab.analysis.metrics import METRICS, default_samples, metric, samples
from lab.errors import LabError

FIGURES = ("final_test_accuracy", "best_test_accuracy", "final_accuracy", "final_cost")


def tables(speeds, accuracies=(0.5, 0.9), status=("done", "done"), tested=True):
    """One variant; ``speeds`` by (trial, reading, layer), layer 3 or the last being the output."""
    speeds = np.asarray(speeds, float)
    index = pd.MultiIndex.from_product([range(n) for n in speeds.shape], names=["trial", "reading", "layer"])
    layers = index.to_frame(index=False).assign(variant="a", learning_speed=speeds.ravel())
    layers["layer"] += 1
    layers["step"] = 10 * layers["reading"]
    layers["saturation"] = 0.1 * layers["reading"] * layers["layer"]
    trials = pd.DataFrame({"variant": "a", "trial": range(len(speeds)), "status": status[: len(speeds)]})
    for name in FIGURES:
        trials[name] = 0.1 * trials["trial"] + len(name)
    steps = layers[layers["layer"] == 1][["variant", "trial", "step", "reading"]].reset_index(drop=True)
    steps["epoch"] = steps["step"] / 4
    steps["accuracy"] = np.tile(accuracies, len(speeds))
    steps["test_accuracy"] = steps["accuracy"] if tested else np.nan
    return {"layers": layers, "steps": steps, "trials": trials}


DEEP = [[[0.01, 0.1, 1.0], [0.1, 0.1, 1.0]], [[0.001, 0.1, 1.0], [1.0, 0.1, 1.0]]]


def values(name, made):
    return samples(metric(name), made)["value"].tolist()


def test_every_metric_says_what_it_is():
    for name, made in METRICS.items():
        assert made.name == name
        assert made.description
        assert made.more != made.less
    judged = {name: made.better for name, made in METRICS.items() if made.better}
    assert judged == {**dict.fromkeys(FIGURES, 1), "final_cost": -1, "epochs_to=0.9": -1}


ONE_HIDDEN = [[[0.01, 1.0], [0.01, 1.0]]]
NO_HIDDEN = [[[0.01], [0.01]]]
DEAD = [[[0.01, 0.1, 1.0], [0.0, 0.1, 1.0]], [[0.01, 0.1, 1.0], [0.1, 0.0, 1.0]]]


@pytest.mark.parametrize(
    ("name", "speeds", "expected"),
    [
        *((name, DEEP, [len(name), len(name) + 0.1]) for name in FIGURES),
        ("log_speed_first", DEEP, [-1.5, -1.5]),
        ("log_ratio_start", DEEP, [-1.0, -2.0]),
        ("log_ratio_end", DEEP, [0.0, 1.0]),
        ("saturation_end", DEEP, [0.15, 0.15]),
        ("log_speed_first", ONE_HIDDEN, [-2.0]),
        ("log_ratio_end", ONE_HIDDEN, [np.nan]),
        ("log_speed_first", NO_HIDDEN, [np.nan]),
        ("saturation_end", NO_HIDDEN, [np.nan]),
        ("log_speed_first", DEAD, [np.nan, -1.5]),
        ("log_ratio_end", DEAD, [np.nan, np.nan]),
    ],
)
def test_a_metric_by_hand(name, speeds, expected):
    """A gradient of 0 has no logarithm, a network without two hidden layers no ratio."""
    assert values(name, tables(speeds)) == pytest.approx(expected, nan_ok=True)


def test_trials_that_are_not_done_have_no_number():
    made = tables(DEEP, status=("diverged", "done"))
    made["trials"].loc[len(made["trials"])] = {"variant": "a", "trial": 2, "status": "failed"}
    for name in METRICS:
        assert np.isnan(values(name, made)).tolist() == [True, False, True]


def test_epochs_to_an_accuracy_is_the_first_reading_that_has_it():
    """What was never reached is infinite; the horizon tells how long it was waited for."""
    made = tables(np.ones((1, 4, 2)), accuracies=(0.5, 0.9, 0.7, 0.95))
    for share, epochs in ((0.9, 2.5), (0.91, 7.5), (0.3, 0.0), (0.99, np.inf)):
        found = samples(metric(f"epochs_to={share}"), made)
        assert found[["value", "horizon"]].to_numpy().tolist() == [[epochs, 7.5]]
    assert metric("epochs_to=0.90").name == "epochs_to=0.9"
    assert metric("epochs_to=0.9999999").name == "epochs_to=0.9999999"


def test_where_test_examples_are_seen_at_some_readings_only_these_count():
    assert values("epochs_to=0.9", tables(DEEP, tested=False)) == [2.5, 2.5]
    made = tables(np.ones((1, 3, 2)), accuracies=(0.5, 0.9, 0.95))
    made["steps"].loc[1, "test_accuracy"] = np.nan
    assert values("epochs_to=0.9", made) == [5.0]


def test_what_was_not_recorded_is_missing():
    made = tables(DEEP)
    made["layers"] = made["layers"].drop(columns=["learning_speed", "saturation"])
    for name in ("log_speed_first", "log_ratio_start", "log_ratio_end", "saturation_end"):
        assert np.isnan(values(name, made)).all()


def test_the_default_samples_are_those_that_have_numbers():
    made = tables(DEEP)
    names = [one.name for one in default_samples(made)]
    assert names == ["final_test_accuracy", "epochs_to=0.9", "log_speed_first", "log_ratio_end"]
    made["trials"]["final_test_accuracy"] = np.nan
    assert next(iter(default_samples(made))).name == "final_accuracy"
    made["trials"]["final_accuracy"] = np.nan
    made["steps"][["accuracy", "test_accuracy"]] = np.nan
    made["layers"]["learning_speed"] = 0.0
    assert [one.name for one in default_samples(made)] == ["final_cost"]
    never = tables(DEEP, accuracies=(0.5, 0.6))
    assert "epochs_to=0.9" not in [one.name for one in default_samples(never)]


NO_SHARE = r"expected an accuracy above 0 and at most 1, such as epochs_to=0\.9"


@pytest.mark.parametrize(
    ("name", "said"),
    [("final_acuracy", r"unknown metric 'final_acuracy'; did you mean 'final_accuracy'\?")]
    + [(f"epochs_to{share}", NO_SHARE) for share in ("", "=", "=x", "=0", "=nan", "=90")],
)
def test_a_metric_is_known_or_an_accuracy_to_reach_which_is_a_share(name, said):
    with pytest.raises(LabError, match=said):
        metric(name)


@pytest.mark.parametrize("accuracy", [0.2, np.nan])
def test_hundreds_of_variants_in_an_order_of_their_own(accuracy):
    """As `lab.load` has them: pandas has trouble with none of many categories."""
    names = [f"v{place}" for place in range(200)]
    one = tables(ONE_HIDDEN, accuracies=(accuracy, accuracy), tested=False)
    made = {table: pd.concat([rows.assign(variant=name) for name in names]) for table, rows in one.items()}
    ordered = {
        table: rows.assign(variant=pd.Categorical(rows["variant"], names)) for table, rows in made.items()
    }
    for name in (*METRICS, "epochs_to=0.95"):
        np.testing.assert_array_equal(values(name, ordered), values(name, made), err_msg=name)
