"""The demon against the four equations, and against nets whose answers are known."""

from dataclasses import replace
from math import exp, log, log1p

import numpy as np
import pandas as pd
import pytest

from lab.activations import catalogue
from lab.activations.catalogue import TABLE
from lab.activations.hyperbolic import Tanh
from lab.activations.logistic import Sigmoid
from lab.activations.rectifiers import ReLU
from lab.analysis import demon
from lab.network.backprop import Network
from lab.network.costs import CrossEntropy, Quadratic, SoftmaxCrossEntropy
from lab.network.parameters import count

GELU = TABLE["gelu"]
Identity = TABLE["identity"]
SiLU = TABLE["silu"]
Softplus = TABLE["softplus"]

SMOOTH = [Sigmoid(), Tanh(), Softplus(), GELU(), SiLU(), catalogue.examples()["twisted-tanh"]]
ENDS = [(Sigmoid(), Quadratic()), (Sigmoid(), CrossEntropy()), (Identity(), SoftmaxCrossEntropy())]
SIZES = (4, 6, 5, 3)


def drawn(network, seed=7):
    rng = np.random.default_rng(seed)
    x, y = rng.normal(size=network.sizes[0]), np.eye(network.sizes[-1])[1 % network.sizes[-1]]
    return demon.scene(network, rng.normal(size=count(network.sizes)), x, y)


def alone(w, b, x, y, sigma, cost):
    """One neuron with one input."""
    network = Network((1, 1), (sigma,), cost)
    return demon.scene(network, np.array([w, b]), np.array([x]), np.array([y]))


# The equations.


@pytest.mark.parametrize("l", [1, 2, 3])
@pytest.mark.parametrize("sigma", SMOOTH, ids=str)
@pytest.mark.parametrize(("output", "cost"), ENDS, ids=str)
def test_the_change_is_the_derivative_times_the_move_and_a_remainder_of_second_order(sigma, output, cost, l):
    """ΔC = δ_j Δz + O(Δz²), and ΔC = e_j Δa + O(Δa²)."""
    given = drawn(Network(SIZES, (sigma, sigma, output), cost))
    for j in range(1, SIZES[l] + 1):
        table = demon.moves_of_neuron(given, l, j, reach=0.01)
        for _, rows in table.groupby("moved"):
            assert rows["order"].iloc[0] == pytest.approx(2, abs=0.05)
            small = rows[rows["move"].abs() < 3e-6]
            np.testing.assert_allclose(small["change"], small["predicted"], rtol=0.02, atol=1e-10)


def test_a_wrong_derivative_leaves_a_remainder_of_first_order():
    given = drawn(Network(SIZES, (Tanh(), Tanh(), Sigmoid()), Quadratic()))
    given.p.delta[2][...] *= 1.01
    assert demon.moves_of_neuron(given, 2, 3)["order"].iloc[0] == pytest.approx(1, abs=0.05)


def test_one_sigmoid_neuron_by_hand():
    """C = ln(1 + e^z) − yz with z = wx + b: δ = σ(z) − y, and e = −1/a for y = 1."""
    given = alone(0.5, 0.25, 2.0, 1.0, Sigmoid(), CrossEntropy())
    z, a = 1.25, 1 / (1 + exp(-1.25))
    assert given.cost == pytest.approx(log1p(exp(-z)), rel=1e-14)
    table = demon.moves_of_neuron(given, 1, 1, reach=0.1)
    of_z, of_a = (table[table["moved"] == moved] for moved in ("z", "a"))
    for rows, derivative, change in (
        (of_z, a - 1, lambda move: log1p(exp(-z - move)) - log1p(exp(-z))),
        (of_a, -1 / a, lambda move: log(a) - log(a + move)),
    ):
        np.testing.assert_allclose(rows["predicted"], derivative * rows["move"], rtol=1e-13)
        np.testing.assert_allclose(rows["change"], [*map(change, rows["move"])], rtol=1e-9)
        np.testing.assert_array_equal(rows["remainder"], rows["change"] - rows["predicted"])


def test_a_linear_net_with_a_quadratic_cost_leaves_exactly_half_the_square():
    """C = (a − y)²/2 over identities: the remainder of Δz is (w Δz)²/2."""
    network = Network((1, 1, 1), (Identity(), Identity()), Quadratic())
    given = demon.scene(network, np.array([0.5, 0.0, 3.0, 0.0]), np.array([2.0]), np.array([1.0]))
    table = demon.moves_of_neuron(given, 1, 1)
    np.testing.assert_allclose(table["remainder"], 4.5 * table["move"] ** 2, rtol=1e-5)
    np.testing.assert_allclose(table["order"], 2, atol=1e-6)


def test_a_move_across_a_kink_is_no_second_order():
    given = alone(1.0, 0.01, 0.0, -1.0, ReLU(), Quadratic())  # z = 0.01, and the kink is at 0
    rows = demon.moves_of_neuron(given, 1, 1, reach=0.1).query("moved == 'z'")
    beyond, before = rows[rows["move"] <= -0.0125], rows[rows["move"].abs() < 0.0099]
    np.testing.assert_allclose(before["remainder"], before["move"] ** 2 / 2, atol=1e-14)
    assert (beyond["remainder"] > 2 * beyond["move"] ** 2 / 2).all()


def test_a_dead_neuron_takes_nothing_from_the_demon_and_all_from_the_one_behind_it():
    network = Network((1, 1, 1), (ReLU(), Sigmoid()), Quadratic())
    given = demon.scene(network, np.array([1.0, -5.0, 2.0, 0.0]), np.array([1.0]), np.array([1.0]))
    table = demon.moves_of_neuron(given, 1, 1)
    still, moved = (table[table["moved"] == kind] for kind in ("z", "a"))
    assert (still[["change", "predicted", "remainder"]] == 0).all(axis=None)
    assert still["order"].isna().all()
    assert (moved["change"] != 0).all()


# Order.


@pytest.mark.parametrize("power", [1, 1.5, 2, 3])
def test_the_order_is_the_power(power):
    moves = demon.series(0.1)
    assert demon.order(moves, -3 * np.abs(moves) ** power, 1e-18) == pytest.approx(power, rel=1e-12)


def test_the_third_order_cancels_between_the_signs():
    moves = demon.series(0.1)
    assert demon.order(moves, moves**2 + moves**3, 1e-18) == pytest.approx(2, abs=1e-6)


def test_what_rounding_makes_of_it_does_not_count():
    moves = demon.series(0.1)
    noise = 1e-13 * np.random.default_rng(0).choice([-1, 1], len(moves))
    assert demon.order(moves, moves**2 + noise, 1e-13) == pytest.approx(2, abs=0.01)
    assert np.isnan(demon.order(moves, noise, 1e-13))
    assert np.isnan(demon.order(moves, np.full(len(moves), np.nan), 1e-13))


@pytest.mark.parametrize("l", [1, 2, 3])
def test_rounding_is_about_what_moves_that_are_nothing_do(l):
    given = drawn(Network((30, 40, 40, 10), (Tanh(), Tanh(), Sigmoid()), CrossEntropy()))
    noise = demon.changes(given, l, np.arange(10), np.full(50, 1e-40), "z")
    assert np.abs(noise).max() <= given.rounding(l)


# The layer.


def test_the_best_moves_rank_as_the_errors():
    given = drawn(Network((10, 30, 30, 5), (Tanh(), Tanh(), Sigmoid()), Quadratic()))
    for l in (1, 2, 3):
        table = demon.neurons_of_layer(given, l, reach=1e-4)
        assert table["rank_correlation"].tolist() == pytest.approx([1] * len(table), abs=1e-3)
        np.testing.assert_allclose(table["best_gain"], 1e-4 * table["derivative"].abs(), rtol=0.05, atol=1e-9)
        np.testing.assert_array_equal(np.sign(table["best_move"]), -np.sign(table["derivative"]))


def test_the_best_move_may_lie_within_the_reach():
    """C = (z − y)²/2 with z = 0 and y = 0.05: nothing gains more than Δz = 0.05."""
    table = demon.neurons_of_layer(alone(1.0, 0.0, 0.0, 0.05, Identity(), Quadratic()), 1, reach=0.1)
    np.testing.assert_allclose(table["best_move"], 0.05, rtol=1e-12)
    np.testing.assert_allclose(table["best_gain"], 0.00125, rtol=1e-12)


def test_where_nothing_gains_the_demon_stays():
    table = demon.neurons_of_layer(alone(1.0, 0.0, 0.5, 0.5, Identity(), Quadratic()), 1)
    assert table["best_move"].tolist() == table["best_gain"].tolist() == [0, 0]
    assert table["rank_correlation"].isna().all()


def test_a_layer_tells_of_each_neuron_what_it_tells_alone():
    given = drawn(Network((5, 23, 17, 3), (Tanh(), SiLU(), Sigmoid()), CrossEntropy()))
    table = demon.neurons_of_layer(given, 1).set_index(["moved", "neuron"])
    assert table.loc["z"].index.tolist() == list(range(1, 24))
    for neuron in (1, 12, 23):
        single = demon.moves_of_neuron(given, 1, neuron)
        for moved, rows in single.groupby("moved"):
            told = table.loc[(moved, neuron)]
            assert told["order"] == pytest.approx(rows["order"].iloc[0], abs=1e-4)
            largest = rows.iloc[-1]
            assert told["derivative"] * 0.1 == pytest.approx(largest["predicted"], rel=1e-14)


def test_blocks_of_moves_are_the_same_as_one_by_one(monkeypatch):
    given = drawn(Network(SIZES, (Tanh(), Tanh(), Sigmoid()), Quadratic()))
    moves = demon.series()
    whole = demon.changes(given, 1, np.arange(6), moves, "z")
    monkeypatch.setattr(demon, "TOGETHER", 7)
    np.testing.assert_allclose(demon.changes(given, 1, np.arange(6), moves, "z"), whole, rtol=0, atol=1e-15)
    for j in range(6):
        (row,) = demon.changes(given, 1, np.array([j]), moves, "z")
        np.testing.assert_allclose(row, whole[j], rtol=0, atol=1e-15)


def test_outputs_that_the_cost_cannot_take_are_missing_and_never_the_best():
    """Cross-entropy has no value for a > 1: from a = 0.97, only moves up to 0.03 are told.

    With y = 0.999 it is least at a = 0.999, and infinite at 1; on the grid 0.995 is nearest.
    """
    given = alone(1.0, log(0.97 / 0.03), 0.0, 0.999, Sigmoid(), CrossEntropy())
    rows = demon.moves_of_neuron(given, 1, 1).query("moved == 'a'")
    assert rows.loc[rows["move"] > 0.031, "change"].isna().all()
    assert rows.loc[rows["move"] < 0.029, "change"].notna().all()
    best = demon.neurons_of_layer(given, 1).query("moved == 'a'").iloc[0]
    assert best["best_move"] == pytest.approx(0.025)


def test_a_cost_without_an_end_is_told_without_a_complaint():
    """A ReLU output at 0 with y = 1 costs −ln 0, and no move is compared with that."""
    given = alone(1.0, -1.0, 0.0, 1.0, ReLU(), CrossEntropy())
    assert given.cost == np.inf
    table = demon.neurons_of_layer(given, 1)
    assert table["rank_correlation"].isna().all()
    assert demon.moves_of_neuron(given, 1, 1)["order"].isna().all()


def test_in_a_counterfactual_the_demon_moves_along_the_derivatives_of_the_cost():
    network = Network((3, 4, 2), (Sigmoid(), Sigmoid()), CrossEntropy(), surrogate_floor=0.2)
    plain = replace(network, surrogate_floor=0.0)
    rng = np.random.default_rng(3)
    given = (rng.standard_normal(count(network.sizes)), rng.random(3), np.array([0.0, 1.0]))
    found, expected = (demon.moves_of_neuron(demon.scene(one, *given), 1, 2) for one in (network, plain))
    pd.testing.assert_frame_equal(found, expected)
    assert found["order"].to_numpy() == pytest.approx(2, abs=0.05)
