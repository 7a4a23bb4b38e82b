"""A design by its derivative is made where σ′ is proved bounded, and refused with the place where not."""

import pytest

from lab.activations.design.integral import Integral
from lab.errors import PartError
from lab.prover.integrated import integrated


@pytest.mark.parametrize("text", ["1/(1 + z**2)", "where(z > 0.3, 1, 0.25)", "a*exp(-z**2)"])
def test_a_bounded_derivative_gives_its_integral(text):
    parameters = (("a", 2.0),) if text.startswith("a") else ()
    assert integrated(text, parameters) == Integral(text, parameters)


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
