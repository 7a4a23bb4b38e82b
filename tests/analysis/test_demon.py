"""The demon against the four equations, and against nets whose answers are known."""

from math import exp, log, log1p

import numpy as np
import pandas as pd
import pytest

from lab.activations.catalogue import TABLE, examples
from lab.activations.hyperbolic import Tanh
from lab.activations.logistic import Sigmoid
from lab.activations.rectifiers import ReLU
from lab.analysis import demon
from lab.network.backprop import Network
from lab.network.costs import CrossEntropy, Quadratic, SoftmaxCrossEntropy
from lab.network.parameters import count

Identity, GELU, SiLU, Softplus = (TABLE[name] for name in ("identity", "gelu", "silu", "softplus"))

SMOOTH = [Sigmoid(), Tanh(), Softplus(), GELU(), SiLU(), examples()["twisted-tanh"]]
ENDS = [(Sigmoid(), Quadratic()), (Sigmoid(), CrossEntropy()), (Identity(), SoftmaxCrossEntropy())]
SIZES = (4, 6, 5, 3)


def drawn(sizes, cost, *sigmas, floor=0.0):
    """A scene of a network with drawn weights and a drawn input."""
    network = Network(sizes, sigmas, cost, surrogate_floor=floor)
    rng = np.random.default_rng(7)
    x, y = rng.normal(size=network.sizes[0]), np.eye(network.sizes[-1])[1 % network.sizes[-1]]
    return demon.scene(network, rng.normal(size=count(network.sizes)), x, y)


def alone(vector, x, y, cost, *sigmas):
    """One input and one neuron a layer; its w and b are the ``vector``."""
    network = Network((1,) * (len(sigmas) + 1), sigmas, cost)
    return demon.scene(network, np.array(vector), np.array([x]), np.array([y]))


# The equations.


@pytest.mark.parametrize("l", [1, 2, 3])
@pytest.mark.parametrize("sigma", SMOOTH, ids=str)
@pytest.mark.parametrize(("output", "cost"), ENDS, ids=str)
def test_the_change_is_the_derivative_times_the_move_and_a_remainder_of_second_order(sigma, output, cost, l):
    """ΔC = δ_j Δz + O(Δz²), and ΔC = e_j Δa + O(Δa²)."""
    given = drawn(SIZES, cost, sigma, sigma, output)
    for j in range(1, SIZES[l] + 1):
        table = demon.moves_of_neuron(given, l, j, reach=0.01)
        for _, rows in table.groupby("moved"):
            assert rows["order"].iloc[0] == pytest.approx(2, abs=0.05)
            small = rows[rows["move"].abs() < 3e-6]
            np.testing.assert_allclose(small["change"], small["predicted"], rtol=0.02, atol=1e-10)


def test_a_wrong_derivative_leaves_a_remainder_of_first_order():
    given = drawn(SIZES, Quadratic(), Tanh(), Tanh(), Sigmoid())
    given.p.delta[2][...] *= 1.01
    assert demon.moves_of_neuron(given, 2, 3)["order"].iloc[0] == pytest.approx(1, abs=0.05)


def test_one_sigmoid_neuron_by_hand():
    """C = ln(1 + e^z) − yz with z = wx + b: δ = σ(z) − y, and e = −1/a for y = 1."""
    given = alone([0.5, 0.25], 2.0, 1.0, CrossEntropy(), Sigmoid())
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
    given = alone([0.5, 0.0, 3.0, 0.0], 2.0, 1.0, Quadratic(), Identity(), Identity())
    table = demon.moves_of_neuron(given, 1, 1)
    np.testing.assert_allclose(table["remainder"], 4.5 * table["move"] ** 2, rtol=1e-5)
    np.testing.assert_allclose(table["order"], 2, atol=1e-6)


def test_a_move_across_a_kink_is_no_second_order():
    given = alone([1.0, 0.01], 0.0, -1.0, Quadratic(), ReLU())  # z = 0.01, and the kink is at 0
    rows = demon.moves_of_neuron(given, 1, 1, reach=0.1).query("moved == 'z'")
    beyond, before = rows[rows["move"] <= -0.0125], rows[rows["move"].abs() < 0.0099]
    np.testing.assert_allclose(before["remainder"], before["move"] ** 2 / 2, atol=1e-14)
    assert (beyond["remainder"] > 2 * beyond["move"] ** 2 / 2).all()


def test_a_dead_neuron_takes_nothing_from_the_demon_and_all_from_the_one_behind_it():
    given = alone([1.0, -5.0, 2.0, 0.0], 1.0, 1.0, Quadratic(), ReLU(), Sigmoid())
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
    odd = moves**2 + moves**3  # the third order cancels between the signs
    assert demon.order(moves, odd, 1e-18) == pytest.approx(2, abs=1e-6)


def test_what_rounding_makes_of_it_does_not_count():
    moves = demon.series(0.1)
    noise = 1e-13 * np.random.default_rng(0).choice([-1, 1], len(moves))
    assert demon.order(moves, moves**2 + noise, 1e-13) == pytest.approx(2, abs=0.01)
    assert np.isnan(demon.order(moves, noise, 1e-13))
    assert np.isnan(demon.order(moves, np.full(len(moves), np.nan), 1e-13))


@pytest.mark.parametrize("l", [1, 2, 3])
def test_rounding_is_about_what_moves_that_are_nothing_do(l):
    given = drawn((30, 40, 40, 10), CrossEntropy(), Tanh(), Tanh(), Sigmoid())
    noise = demon.changes(given, l, np.arange(10), np.full(50, 1e-40), "z")
    assert np.abs(noise).max() <= given.rounding(l)


# The layer.


def test_the_best_moves_rank_as_the_errors():
    given = drawn((10, 30, 30, 5), Quadratic(), Tanh(), Tanh(), Sigmoid())
    for l in (1, 2, 3):
        table = demon.neurons_of_layer(given, l, reach=1e-4)
        assert table["rank_correlation"].tolist() == pytest.approx([1] * len(table), abs=1e-3)
        np.testing.assert_allclose(table["best_gain"], 1e-4 * table["derivative"].abs(), rtol=0.05, atol=1e-9)
        np.testing.assert_array_equal(np.sign(table["best_move"]), -np.sign(table["derivative"]))


def test_the_best_move_may_lie_within_the_reach_or_be_none():
    """C = (z − y)²/2 with z = 0 and y = 0.05: nothing gains more than Δz = 0.05."""
    table = demon.neurons_of_layer(alone([1.0, 0.0], 0.0, 0.05, Quadratic(), Identity()), 1, reach=0.1)
    np.testing.assert_allclose(table["best_move"], 0.05, rtol=1e-12)
    np.testing.assert_allclose(table["best_gain"], 0.00125, rtol=1e-12)
    still = demon.neurons_of_layer(alone([1.0, 0.0], 0.5, 0.5, Quadratic(), Identity()), 1)
    assert still["best_move"].tolist() == still["best_gain"].tolist() == [0, 0]
    assert still["rank_correlation"].isna().all()


def test_a_layer_tells_of_each_neuron_what_it_tells_alone():
    given = drawn((5, 23, 17, 3), CrossEntropy(), Tanh(), SiLU(), Sigmoid())
    table = demon.neurons_of_layer(given, 1).set_index(["moved", "neuron"])
    assert table.loc["z"].index.tolist() == list(range(1, 24))
    for neuron in (1, 12, 23):
        for moved, rows in demon.moves_of_neuron(given, 1, neuron).groupby("moved"):
            row, largest = table.loc[(moved, neuron)], rows.iloc[-1]
            assert row["order"] == pytest.approx(largest["order"], abs=1e-4)
            assert row["derivative"] * 0.1 == pytest.approx(largest["predicted"], rel=1e-14)


def test_blocks_of_moves_are_the_same_as_one_by_one(monkeypatch):
    given = drawn(SIZES, Quadratic(), Tanh(), Tanh(), Sigmoid())
    moves = demon.series()
    whole = demon.changes(given, 1, np.arange(6), moves, "z")
    monkeypatch.setattr(demon, "TOGETHER", 7)
    for neurons in (np.arange(6), *np.arange(6)[:, None]):
        found = demon.changes(given, 1, neurons, moves, "z")
        np.testing.assert_allclose(found, whole[neurons], rtol=0, atol=1e-15)


def test_outputs_that_the_cost_cannot_take_are_missing_and_never_the_best():
    """Cross-entropy has no value for a > 1: from a = 0.97, only moves up to 0.03 have a change.

    With y = 0.999 it is least at a = 0.999, and infinite at 1; on the grid 0.995 is nearest.
    """
    given = alone([1.0, log(0.97 / 0.03)], 0.0, 0.999, CrossEntropy(), Sigmoid())
    rows = demon.moves_of_neuron(given, 1, 1).query("moved == 'a'")
    assert rows.loc[rows["move"] > 0.031, "change"].isna().all()
    assert rows.loc[rows["move"] < 0.029, "change"].notna().all()
    best = demon.neurons_of_layer(given, 1).query("moved == 'a'").iloc[0]
    assert best["best_move"] == pytest.approx(0.025)


def test_a_cost_without_an_end_is_told_without_a_complaint():
    """A ReLU output at 0 with y = 1 costs −ln 0, and no move is compared with that."""
    given = alone([1.0, -1.0], 0.0, 1.0, CrossEntropy(), ReLU())
    assert given.cost == np.inf
    assert demon.neurons_of_layer(given, 1)["rank_correlation"].isna().all()
    assert demon.moves_of_neuron(given, 1, 1)["order"].isna().all()


def test_in_a_counterfactual_the_demon_moves_along_the_derivatives_of_the_cost():
    scenes = [drawn((3, 4, 2), CrossEntropy(), Sigmoid(), Sigmoid(), floor=floor) for floor in (0.3, 0.0)]
    found, expected = (demon.moves_of_neuron(given, 1, 2) for given in scenes)
    pd.testing.assert_frame_equal(found, expected)
    assert found["order"].to_numpy() == pytest.approx(2, abs=0.05)
