"""A design by its derivative is made where σ is proved right, and refused with the place where not."""

import pickle

import mpmath as mp
import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from lab.activations.design.integral import LARGEST_ERROR, Integral
from lab.errors import PartError
from lab.prover.integrals.integrated import integrated, proved_error


@pytest.mark.parametrize("text", ["exp(-z**2)", "where(z > 0.3, 1, 0.25)", "a*exp(-z**2)"])
def test_an_ordinary_derivative_gives_its_integral(text):
    parameters = (("a", 2.0),) if text.startswith("a") else ()
    assert integrated(text, parameters) == Integral(text, parameters)


def test_what_is_made_is_a_value():
    sigma = integrated("exp(-z**2/1e-8) + a", (("a", 0.1),))
    assert (sigma.text, sigma.parameters) == ("exp(-z**2/1e-8) + a", (("a", 0.1),))
    assert len(sigma.cuts) > 10
    for again in (integrated(sigma.text, sigma.parameters), pickle.loads(pickle.dumps(sigma))):
        assert again == sigma
        assert proved_error(again) == proved_error(sigma)


CLOSED = {
    "0.1 + 0.9*sech2(z)": lambda z: mp.mpf(0.1) * z + mp.mpf(0.9) * mp.tanh(z),
    "1/(1 + z**2)": mp.atan,
    "1/(1 + abs(z))**2": lambda z: z / (1 + abs(z)),
    "1/(1e-6 + z**2)": lambda z: mp.atan(z / mp.sqrt(mp.mpf(1e-6))) / mp.sqrt(mp.mpf(1e-6)),
    "sqrt(abs(z))": lambda z: mp.sign(z) * abs(z) ** mp.mpf(1.5) * 2 / 3,
    "where(abs(3*z) < 1, 1, 0.5)": lambda z: z / 2 + mp.sign(z) * min(abs(z), mp.mpf(1) / 3) / 2,
    "where(z > 700.1, 1, -0.5)": lambda z: -z / 2 + max(z - mp.mpf(700.1), 0) * 3 / 2,
    "z*exp(-z**2/50)": lambda z: 25 - 25 * mp.exp(-z * z / 50),
    "1e300*exp(-z**2)": lambda z: mp.mpf(1e300) * mp.sqrt(mp.pi) / 2 * mp.erf(z),
    "1 - z/20000": lambda z: z - z * z / 40000,
}


def relative_error(sigma, z, exact):
    """The largest error of σ at these z, relative to 1 + |σ|."""
    with mp.workdps(60):
        true = [exact(mp.mpf(x)) for x in z.tolist()]
        errors = [abs(mp.mpf(a) - b) / (1 + abs(b)) for a, b in zip(sigma(z).tolist(), true, strict=True)]
        return float(max(errors))


def points(*near):
    """Points all over the table, at and between its edges, and near some."""
    sizes = np.geomspace(1e-6, 1e4, 120)
    around = [z + np.geomspace(1e-13, 1, 40) * sign for z in near for sign in (-1, 1)]
    return np.unique(np.concatenate([-sizes, [0.0], sizes, *around, np.linspace(-12, 12, 97)]))


@pytest.mark.parametrize("text", CLOSED)
def test_the_error_told_is_not_below_the_true_one(text):
    sigma = integrated(text)
    z = np.concatenate([points(1 / 3, 700.1), sigma.edges, sigma.edges[:-1] + np.diff(sigma.edges) * 0.37])
    assert relative_error(sigma, z, CLOSED[text]) <= proved_error(sigma) <= LARGEST_ERROR


def bell(centre, width):
    """The text of a bell on a floor, and σ."""

    def exact(z):
        c, w = mp.mpf(centre), mp.mpf(width)
        area = mp.sqrt(mp.pi) / 2 * w * (mp.erf((z - c) / w) - mp.erf(-c / w))
        return z * mp.mpf(0.1) + area

    return f"exp(-((z - {centre})/{width})**2) + 0.1", exact


@pytest.mark.parametrize("width", [1e-2, 1e-4, 1e-7, 1e-10, 1e-12])
@pytest.mark.parametrize("centre", [0.0, 0.125, 0.3, -300.0])
def test_narrow_bells_are_seen_on_panel_edges_and_off_them(centre, width):
    text, exact = bell(centre, width)
    sigma = integrated(text)
    z = np.concatenate([points(centre), centre + width * np.linspace(-4, 4, 33)])
    assert relative_error(sigma, z, exact) <= proved_error(sigma) <= LARGEST_ERROR


@settings(max_examples=25)
@given(centre=st.floats(-20, 20) | st.floats(-5000, 5000), power=st.floats(-12, 1), spread=st.floats(-5, 5))
@example(centre=0.0, power=-4.0, spread=5.0)
def test_the_error_told_of_any_bell_is_not_below_the_true_one(centre, power, spread):
    text, exact = bell(centre, 10.0**power)
    sigma = integrated(text)
    z = np.array([centre + 10.0**power * spread, centre + spread, centre, -centre, 100 * spread])
    assert relative_error(sigma, z, exact) <= proved_error(sigma) <= LARGEST_ERROR


def test_a_bell_that_is_passed_unseen_is_told():
    text, exact = bell(0.0, 1e-4)
    blind = Integral(text)
    assert blind.estimate < 1e-14
    assert 8e-5 < relative_error(blind, points(), exact) <= proved_error(blind)


def test_a_step_between_the_points_of_every_grid_is_found():
    text = "where((z - 33.3333)**2 < 1e-14, 1, 0.1)"
    sigma = integrated(text)

    def exact(z):
        half = mp.sqrt(mp.mpf(1e-14))
        from_middle = min(max(z - mp.mpf(33.3333), -half), half)
        return z * mp.mpf(0.1) + (from_middle + half) * (1 - mp.mpf(0.1))

    assert sigma.kinks == ()
    assert relative_error(sigma, points(33.3333), exact) <= proved_error(sigma) <= LARGEST_ERROR


@pytest.mark.parametrize(
    "text",
    [
        "exp(-(sin(8*pi*z)/1e-7)**2) + 0.1",  # at all panel edges up to 10
        "where(abs(sin(8*pi*z)) < 1e-9, 1, 0.1)",
    ],
)
def test_a_comb_that_no_table_is_fine_enough_for_is_refused(text):
    assert Integral(text).estimate < 1e-14
    with pytest.raises(PartError) as caught:
        integrated(text)
    told = str(caught.value)
    assert told.startswith(
        f"the derivative {text!r} cannot be integrated to 1e-12: no panels are found that are narrow enough "
        "near z = -9"
    )
    assert told.endswith("; expected a σ′ without narrow details or rapid oscillation")


def test_a_sigma_whose_rounding_is_too_large_is_refused():
    text = "60*tanh(z - 260) + 0.3"  # σ falls to −15600 and is 0 again at z = 522.6
    with pytest.raises(PartError) as caught:
        integrated(text)
    told, _, rest = str(caught.value).partition(" cannot be excluded near z = ")
    assert told.startswith(f"the derivative {text!r} cannot be integrated to 1e-12: an error of ")
    assert LARGEST_ERROR < float(told.rpartition(" ")[2]) < 1e-11
    assert 501 < float(rest.partition(";")[0]) < 531
    assert rest.endswith("a σ that does not come back to 0 from large values")


def test_a_sigma_that_comes_back_to_0_takes_finer_panels():
    slope = mp.mpf(7.65)

    def exact(z):
        return slope * (mp.log(mp.cosh(z + 226)) - mp.log(mp.cosh(226))) + mp.mpf(0.3) * z

    sigma = integrated("7.65*tanh(z + 226) + 0.3")
    z = points(-226.0, -470.0)
    assert relative_error(sigma, z, exact) <= proved_error(sigma) <= LARGEST_ERROR


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("1/z", "0"),
        ("1/(z - 0.3)**2", "0.3"),
        ("1/(z - 0.0625)", "0.0625"),  # in the middle of a panel, where a symmetric rule cancels the pole
        ("1/(z - 5)**3 + 1", "5"),
        ("log(abs(z))", "0"),
        ("log(z + 2)", "-2"),
        ("sqrt(z + 0.5)", "-0.5"),
        ("exp(z)", "10000"),
        ("exp(z**2)", "10000"),
        ("1e308*z", "10000"),
    ],
)
def test_poles_and_what_is_no_number_are_refused_with_their_place(text, place):
    with pytest.raises(PartError) as caught:
        integrated(text)
    told = str(caught.value)
    assert told.startswith(
        f"the derivative {text!r} cannot be integrated: no bound is found for it near z = "
    )
    assert told.partition("near z = ")[2].partition(";")[0] == place
    assert told.endswith("expected a σ′ without poles, finite for |z| ≤ 10000")
