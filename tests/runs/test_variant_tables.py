from dataclasses import replace

import numpy as np
import pytest

from lab.activations.catalogue import TABLE
from lab.activations.formula.formula import Formula
from lab.activations.hyperbolic import Tanh
from lab.activations.logistic import Sigmoid
from lab.activations.rectifiers import LeakyReLU
from lab.experiment.specify import from_spec
from lab.network.backprop import Network
from lab.runs import tables, variant_tables
from lab.runs.tables import Part
from lab.runs.variant_tables import CURVE_Z, sampled
from lab.training.loop import train
from lab.training.recorder import EDGES
from tests.runs.test_tables import FIRST, variant, whole_table
from tests.training.trainings import made_examples, training

Identity = TABLE["identity"]


def test_variants_tell_what_each_is():
    given = training((3, 4, 4, 2), sigma=LeakyReLU(slope=0.2), steps=7, saturation_threshold=0.1)
    mixed = replace(
        given,
        network=Network((3, 4, 4, 2), (Tanh(), LeakyReLU(slope=2.0), Identity()), given.network.cost, 0.1),
    )
    table = variant_tables.variants(
        [
            (variant(0, "one", **{"network.activation": {"name": "leaky-relu", "slope": 0.2}}), given),
            (variant(1, "two", **{"network.activation": ["tanh"], "training.eta": 0.5}), mixed),
            (variant(2, "three"), training((3, 2))),
        ]
    )
    assert table["network.activation"].tolist()[:2] == ["{'name': 'leaky-relu', 'slope': 0.2}", "['tanh']"]
    assert table["training.eta"][1] == 0.5
    expected = {
        "variant": ["one", "two", "three"],
        "sizes": ["3-4-4-2", "3-4-4-2", "3-2"],
        "layers": [3, 3, 1],
        "activation": ["LeakyReLU(slope=0.2)", "Tanh(), LeakyReLU(slope=2.0)", "Sigmoid()"],
        "inf_slope": [0.2, 0, 0],
        "sup_slope": [1, 2, 0.25],
        "cancels": [False] * 3,
        "saturation_threshold": [0.1, 0.1, 0.05],
        "steps": [7, 7, 3],
        "surrogate_floor": [0, 0.1, 0],
        "seen": ["all 8"] * 3,
        "examples": [8] * 3,
        "train": [8] * 3,
    }
    assert table[list(expected)].to_dict("list") == expected


def test_the_bounds_of_variants_that_share_their_sigmas_are_proved_once(monkeypatch):
    counted, real = [], variant_tables.slope_bounds
    monkeypatch.setattr(variant_tables, "slope_bounds", lambda sigma: counted.append(sigma) or real(sigma))
    variant_tables.variants([(variant(index, str(index)), FIRST) for index in range(3)])
    assert len(counted) == 1


@pytest.mark.parametrize(
    ("sigmas", "sup", "bounds"),
    [
        ((Tanh(), Sigmoid()), 1, "proved"),
        ((Tanh(), Formula("where(z > 0, z**2, -1)"), Sigmoid()), np.inf, "measured"),
        ((Formula("abs(z)**0.5*sign(z)"), Sigmoid()), np.inf, "proved"),
    ],
)
def test_bounds_are_as_sure_as_the_least_sure_of_them(sigmas, sup, bounds):
    told = variant_tables.of_sigmas(sigmas)
    assert (told["sup_slope"], told["bounds"]) == (sup, bounds)


@pytest.mark.parametrize(
    ("changed", "seen", "examples"),
    [
        ({"batch": 4, "steps": 6}, "the 4 of the step's batch", 4),
        ({"batch": 4, "steps": 7}, "the 4 of the step's batch", 4),
        ({"batch": 4, "steps": 8}, "the 4 of the step's batch", 1),
        ({"batch": 9, "steps": 7}, "all 9", 9),
        ({"batch": 20, "steps": 7}, "all 9", 9),
        ({"batch": 4, "fixed_examples": made_examples(3, 2, 5, "float64")}, "the same 5 at every reading", 5),
    ],
)
def test_variants_tell_what_the_last_reading_sees(changed, seen, examples):
    """Of 9 training examples; as many z of a neuron stand in the last histogram."""
    given = training((3, 4, 2), count=9, **changed)
    table = variant_tables.variants([(variant(0, "one"), given)])
    assert table[["seen", "examples", "train"]].to_numpy().tolist() == [[seen, examples, 9]]
    counted = whole_table(tables.histograms, [Part(variant(0, "one"), range(1), train(given, range(1)), 3)])
    last = counted[(counted["step"] == counted["step"].max()) & (counted["layer"] == 1)]
    assert last["count"].sum() == 4 * examples


def test_curves_sample_every_layer():
    table = variant_tables.curves([(variant(0, "one"), training((3, 4, 2), sigma=Tanh()))])
    assert list(table.columns) == ["variant", "layer", "z", "sigma", "slope"]
    assert len(table) == 2 * len(CURVE_Z)
    hidden = table[table["layer"] == 1]
    np.testing.assert_array_equal(hidden["z"], CURVE_Z)
    np.testing.assert_allclose(hidden["sigma"], np.tanh(CURVE_Z), rtol=1e-12)
    near = np.abs(CURVE_Z) < 300
    np.testing.assert_allclose(hidden["slope"][near], 1 / np.cosh(CURVE_Z[near]) ** 2, rtol=1e-12)
    assert (CURVE_Z.min(), CURVE_Z.max()) == (EDGES[0], EDGES[-1])


@pytest.mark.parametrize("name", ["sin(z)", "z + sin(3*z)/3", "snake"])
def test_a_wave_is_sampled_as_one_as_far_as_z_are_drawn(name):
    """Beyond |z| = 8 its curve had been a zigzag between the bins of z."""
    sigma = from_spec(name)
    rows = sampled("a", [sigma]).query("abs(z) <= 60")
    z = np.linspace(-60, 60, 999)
    drawn = np.interp(z, rows["z"], rows["slope"])
    assert np.abs(drawn - sigma.derivative(z)).max() < 0.15 * np.ptp(drawn)


@pytest.mark.parametrize("name", ["sigmoid", "relu", "gelu", "z**3", "sqrt(abs(z))", "z"])
def test_what_swings_nowhere_has_no_more_samples(name):
    assert len(sampled("a", [from_spec(name)])) == len(CURVE_Z)


class Nowhere:
    """A σ whose slope is no number."""

    def __call__(self, z):
        return z

    def derivative(self, z):
        return np.full_like(z, np.nan)


def test_a_slope_that_is_nowhere_finite_has_no_more_samples_either():
    assert len(sampled("a", [Nowhere()])) == len(CURVE_Z)
