"""The checks of an activation by name, and all of them run on one."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import TypeAlias

import numpy as np

from lab.parts import Activation
from lab.testing.arrays import (
    check_dtype,
    check_elementwise,
    check_input_untouched,
    check_nan,
    check_value,
    check_with_derivative,
)
from lab.testing.calling import with_place
from lab.testing.slopes import (
    check_claim,
    check_continuous,
    check_derivative,
    check_far,
    check_finite,
    check_integral,
    check_kinks,
)

Check: TypeAlias = Callable[[Activation], None]


def check_activation(sigma: Activation) -> None:
    """Hold an activation to what the backpropagation core relies on: run every check of `ACTIVATION_CHECKS`.

    Nothing is returned where all is well. Raises AssertionError where a check fails: its message names the
    activation, the first such check, a z, and the numbers there that disagree.

    >>> from dataclasses import dataclass
    >>> @dataclass(frozen=True)
    ... class Square(Activation):
    ...     def __call__(self, z):
    ...         return z * z
    ...
    ...     def derivative(self, z):
    ...         return 3 * z
    >>> check_activation(Square())
    Traceback (most recent call last):
    AssertionError: Square(): derivative: at z = -700.0 the derivative says -2100, the function -1399.99999996
    """
    if not isinstance(sigma, Activation):
        raise AssertionError(f"{type(sigma).__name__} is no subclass of lab.Activation")
    for name, check in ACTIVATION_CHECKS.items():
        try:
            check(sigma)
        except AssertionError as error:
            raise AssertionError(f"{sigma}: {name}: {error}") from error


def _asserted(check: Check) -> Check:
    """The check, without numpy's warnings, for which whatever somebody's code raises is a failure."""

    @wraps(check)
    def checked(sigma: Activation) -> None:
        try:
            with np.errstate(all="ignore"):
                check(sigma)
        except AssertionError:
            raise
        except Exception as error:
            raise AssertionError(f"raises {with_place(error)}") from error

    return checked


ACTIVATION_CHECKS: dict[str, Check] = {
    name: _asserted(check)
    for name, check in {
        "elementwise": check_elementwise,
        "dtype": check_dtype,
        "input untouched": check_input_untouched,
        "finite": check_finite,
        "far": check_far,
        "NaN": check_nan,
        "continuous": check_continuous,
        "derivative": check_derivative,
        "integral": check_integral,
        "kinks": check_kinks,
        "slope claim": lambda sigma: check_claim(sigma, sigma.slope_range, sigma.derivative, "σ′"),
        "range claim": lambda sigma: check_claim(sigma, sigma.range, sigma, "σ"),
        "with_derivative": check_with_derivative,
        "value": check_value,
    }.items()
}
"""The checks of an activation by name: each a function of one, which raises AssertionError alone.

>>> from lab import activation
>>> ACTIVATION_CHECKS["slope claim"](activation("tanh"))
"""
