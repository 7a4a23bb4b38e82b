"""Estimators: scikit-learn's own checks, what was recorded, and messages."""

import pickle

import numpy as np
import pytest

pytest.importorskip("sklearn")

from sklearn.base import clone
from sklearn.datasets import load_digits
from sklearn.exceptions import ConvergenceWarning
from sklearn.model_selection import GridSearchCV
from sklearn.utils.estimator_checks import parametrize_with_checks

import lab
from lab.errors import PartError
from lab.sklearn import LabClassifier, LabRegressor

DIGITS = load_digits(return_X_y=True)


@pytest.mark.filterwarnings("ignore::UserWarning", "ignore::FutureWarning")
@parametrize_with_checks([LabClassifier(epochs=40), LabRegressor(epochs=40)])
def test_an_estimator_is_one(estimator, check):
    check(estimator)


X, Y = DIGITS[0] / 16, DIGITS[1]


def test_what_was_recorded_is_a_run():
    net = LabClassifier("tanh(z) + 0.1*z", (12, 8), epochs=3, every=10, random_state=3).fit(X[:320], Y[:320])
    run = net.run_
    assert run.layers["step"].unique().tolist() == [0, 10, 20, 30]
    assert run.variants["sizes"][0] == "64-12-8-10"
    assert (run.ledger["reaches"].dropna() > 0).all()
    assert run.plot("learning_speed").axes
    assert run.trials["final_accuracy"][0] == pytest.approx(net.score(X[:320], Y[:320]))
    again = clone(net).fit(X[:320], Y[:320])
    assert (again.run_.layers["learning_speed"] == run.layers["learning_speed"]).all()
    assert set(run.compare(again.run_)["difference"].dropna()) == {0.0}
    assert (pickle.loads(pickle.dumps(net)).predict(X) == net.predict(X)).all()


def test_advice_for_large_features_names_what_scikit_learn_has():
    x, y = DIGITS
    net = LabClassifier("sigmoid", (20, 20, 20), epochs=3, optimiser="descent", random_state=0)
    (verdict,) = net.fit(x[:400], y[:400]).run_.verdicts
    assert "in scikit-learn a StandardScaler" in verdict.sentence


def test_a_fit_is_the_lab_s_own_training(tmp_path, written):
    rows = np.column_stack([X[:60], Y[:60]])
    np.savez(tmp_path / "d.npz", x_train=rows[:, :-1], y_train=Y[:60], x_test=X[:1], y_test=Y[:1])
    net = LabClassifier("gelu", (6,), eta=0.02, epochs=2, batch=20, random_state=0).fit(X[:60], Y[:60])
    path = written(
        '[data]\nname = "d.npz"\n[network]\nhidden = [6]\nactivation = "gelu"\n'
        'cost = "softmax-cross-entropy"\ninitialiser = "glorot-uniform"\n[training]\n'
        'optimiser = "adam"\neta = 0.02\nepochs = 2\nbatch = 20\n'
        f"[trials]\nseeds = 1\nseed = {net.run_.info['seed']}\n"
    )
    own = lab.run(path, results=tmp_path / "r", plots=False)
    names = ["step", "epoch", "layer", *own.layers.columns[6:]]
    np.testing.assert_array_equal(net.run_.layers[names], own.layers[names])


@pytest.mark.parametrize("cost", ["cross-entropy", "quadratic"])
@pytest.mark.parametrize("classes", [2, 3])
def test_shares_sum_to_one_under_any_cost(cost, classes):
    x, y = X[Y < classes], Y[Y < classes]
    net = LabClassifier(hidden=(8,), cost=cost, epochs=20, random_state=0).fit(x, y)
    np.testing.assert_allclose(net.predict_proba(x).sum(axis=1), 1, rtol=1e-12)
    assert net.score(x, y) > 0.95


def test_numbers_of_several_columns_are_met():
    t = np.linspace(-2, 2, 200)[:, None]
    y = np.hstack([np.sin(2 * t), t**2])
    net = LabRegressor("tanh", (20, 20), epochs=200, random_state=0).fit(t, y)
    assert net.predict(t).shape == (200, 2)
    assert net.score(t, y) > 0.98


def test_a_search_finds_the_activation():
    search = GridSearchCV(
        LabClassifier(hidden=(10,), epochs=3, random_state=0), {"activation": ["tanh", "0.001*z"]}, cv=2
    )
    assert search.fit(X[:200], Y[:200]).best_params_ == {"activation": "tanh"}


@pytest.mark.parametrize(
    "sigma", ["gelu", "tanh(z) + 0.1*z", lab.activation(derivative="exp(-z**2)")], ids=str
)
def test_an_activation_that_was_made_before_is_one(sigma):
    """It had been refused, of whatever kind."""
    sigma = lab.activation(sigma) if isinstance(sigma, str) else sigma
    net = LabClassifier(activation=[sigma, "tanh"], hidden=(6, 5), epochs=2, random_state=0)
    again = pickle.loads(pickle.dumps(clone(net).fit(X[:90], Y[:90])))
    assert again.network_.sigmas[0] == sigma
    assert (again.predict(X[:20]) == net.fit(X[:90], Y[:90]).predict(X[:20])).all()


def test_wrong_parameters_are_all_told():
    net = LabClassifier("thanh", (0,), eta=-1.0)
    with pytest.raises(PartError) as error:
        net.fit(X, Y)
    assert sorted(line.partition(":")[0] for line in str(error.value).splitlines()) == [
        *("activation", "eta", "hidden")
    ]
    assert "did you mean 'tanh'" in str(error.value)


def test_a_training_that_diverges_warns():
    with pytest.warns(ConvergenceWarning, match="try a smaller eta, got 1000000"):
        net = LabRegressor("identity", optimiser="descent", eta=1e6).fit(X[:50], Y[:50])
    assert net.run_.trials["status"].tolist() == ["diverged"]


def test_one_class_alone_is_named_as_it_is_written():
    for only in (7, "seven"):
        with pytest.raises(ValueError, match=f"one class alone, {only!r}; expected"):
            LabClassifier().fit([[0.0], [1.0]], [only, only])
