"""What the shipped experiments say of themselves is true of their runs; the course has a file of its own."""

from pathlib import Path

import numpy as np
import pytest

import lab
from lab.analysis.rule import rounded
from lab.analysis.summary import summary
from lab.results.page import answered

EXPERIMENTS = Path(lab.__file__).parent.parent / "experiments"
KIN = ("sigmoid", "isigmoid", "siglin", "floored(inner=sigmoid)", "hard-sigmoid", "leaky-hard-sigmoid")


def ends(run, column):
    """The median over the done trials, a number a variant."""
    done = run.trials.query("status == 'done'")
    return done.groupby("variant", sort=False, observed=True)[column].median()


def of_prediction(run, see):
    """As the figure: root mean squares over the trials, each speed over that of the last hidden layer."""
    first = run.layers.query("step == 0 and layer < 7")
    square = (first["learning_speed"] ** 2).groupby([first["variant"], first["layer"]], observed=True)
    measured = np.sqrt(square.mean()).unstack()
    predicted = run.tables["prediction"].pivot(index="variant", columns="layer", values="predicted_speed")
    predicted = predicted[list(measured)]
    measured, predicted = (speeds.div(speeds[6], axis=0) for speeds in (measured, predicted))
    off = (measured / predicted.reindex(measured.index) - 1).abs().max(axis=1)
    worst = off.groupby([int(name.split("×")[1]) for name in off.index]).max()
    told = [f"{100 * worst[width]:.0f} %" for width in (30, 100, 300, 1000)]
    assert "off by {} at width 30, by {} at 100, {} at 300 and {} at 1000".format(*told) in see["answer"]
    fall = 1 / predicted[1].groupby([name.split(",")[0] for name in predicted.index]).mean()
    sigmoid, tanh = rounded(fall["sigmoid"]), rounded(fall["tanh"], 2)
    assert f"factor of {sigmoid}, the tanh's by {tanh}" in see["prediction"]


def of_counterfactual(run, see):
    learned, tested = (
        ends(run, column).to_numpy().reshape(2, 4) for column in ("final_accuracy", "final_test_accuracy")
    )
    for ended in (learned, tested):
        assert ended[0, 0] < min(ended[0, 1:])  # η = 0.1
        assert ended[1, 3] < ended[1, 0] < min(ended[1, 1:3])  # η = 1
    cosine = run.layers.query("layer == 1").groupby("variant", sort=False, observed=True)["gradient_cosine"]
    assert (np.diff(cosine.median().to_numpy().reshape(2, 4)) < 0).all()
    hidden = run.layers.query("layer < 3").groupby("step")["saturation"].median()
    assert 0.6 < hidden.iloc[0] < 0.72 < hidden.iloc[-1]


def of_catalogue(run, see):
    rows = summary(run.tables).set_index("variant")
    slower = 1 / rows.loc[list(KIN), "ratio_start"]
    assert 30 < slower.min() <= slower.max() < 200
    sup = run.variants.set_index("variant")["sup_slope"]
    assert max(sup[list(KIN)]) == 0.325
    learned = ends(run, "final_accuracy")
    assert max(learned[list(KIN)]) < 0.11
    speed = run.layers.query("variant == 'step'").groupby("layer")["learning_speed"].max()
    assert (speed > 0).tolist() == [False] * 4 + [True]
    assert "none for exponential" in see["answer"]
    assert "damped-snake, 3 of 5 trials" in see["answer"]


TRUE = {
    "predict-vs-measure": of_prediction,
    "counterfactual": of_counterfactual,
    "catalogue": of_catalogue,
}


@pytest.mark.slow
@pytest.mark.parametrize("name", TRUE)
def test_what_an_experiment_says_is_true_of_its_run(name, tmp_path):
    run = lab.run(EXPERIMENTS / f"{name}.toml", results=tmp_path, plots=False)
    told = answered(run.info, run.tables)
    TRUE[name](run, {"answer": told["answer"], **told["see"]})
