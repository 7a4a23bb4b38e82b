"""The conformance suite: what the backpropagation core relies on, for anyone's activation, cost or optimiser.

::

    from lab.testing import check_activation

    def test_mine():
        check_activation(Mine(floor=0.1))

`ACTIVATION_CHECKS` has the checks by name; each is a function that raises AssertionError with the
numbers that disagree, so that a test framework can take them one by one:

>>> from lab.testing import ACTIVATION_CHECKS
>>> print(*ACTIVATION_CHECKS, sep=", ")  # doctest: +NORMALIZE_WHITESPACE
elementwise, dtype, input untouched, finite, far, NaN, continuous, derivative, integral, kinks, slope claim,
range claim, with_derivative, value
"""

from lab.testing.gradients import check_cost, directional_derivatives
from lab.testing.steps import check_optimiser
from lab.testing.suite import ACTIVATION_CHECKS, check_activation

__all__ = [
    "ACTIVATION_CHECKS",
    "check_activation",
    "check_cost",
    "check_optimiser",
    "directional_derivatives",
]
