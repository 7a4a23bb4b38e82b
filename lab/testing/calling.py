"""Where the checks look, and how they call somebody's own activation."""

from collections.abc import Callable, Sequence
from typing import TypeAlias

import numpy as np

from lab.errors import told
from lab.numerics import Array
from lab.own_code import place_of
from lab.parts import Activation

Function: TypeAlias = Callable[[Array], Array]

SEEN_Z: Array = np.concatenate(
    [np.linspace(-12, 12, 241) + 0.0123, [-700.0, -300.5, -40.25, -20.5, 20.5, 40.25, 300.5, 700.0]]
)
"""Points at which the checks look, off the whole numbers where kinks like to be."""

FARTHEST = 700.0
"""The |z| up to which σ is looked at as closely, beyond where any network comes that learns."""

TAILS: Array = np.concatenate([side * np.geomspace(12.0123, FARTHEST, 200) for side in (-1, 1)])
"""Further points, in the tails."""


def with_place(error: Exception) -> str:
    """What somebody's code raises, and where in it."""
    place = place_of(error)
    return f"{told(error)}{place and f', at {place}'}"


def values_of(function: Function, z: Array) -> Array:
    """What ``function`` makes of a copy of z; AssertionError where it raises, or makes no array like z."""
    try:
        values = np.asarray(function(z.copy()))
    except Exception as error:
        given = f"an array z of shape {z.shape} and {z.dtype}"
        raise AssertionError(f"{given} is refused: {with_place(error)}") from error
    assert values.shape == z.shape, f"the shape {z.shape} of z became {values.shape}"
    assert np.issubdtype(values.dtype, np.inexact), f"z of {z.dtype} became {values.dtype}, no float"
    return values


def faces_of(sigma: Activation) -> dict[str, Function]:
    """The ways to σ and to σ′ from z alone."""
    return {
        "σ": sigma,
        "σ′": sigma.derivative,
        "σ of with_derivative": lambda z: sigma.with_derivative(z)[0],
        "σ′ of with_derivative": lambda z: sigma.with_derivative(z)[1],
    }


def same(found: Array, expected: Array, z: Array, found_name: str, expected_name: str) -> None:
    """Raises AssertionError with the first z at which what was found is not what was expected."""
    close = np.isclose(found, expected, rtol=4 * np.finfo(expected.dtype).eps, atol=0, equal_nan=True)
    i = int(np.argmin(close))
    assert close[i], f"at z = {z[i]} {found_name} is {found[i]:.17g}, {expected_name} is {expected[i]:.17g}"


def beside(z: Array, places: Sequence[float], distance: float) -> Array:
    """Which of these z are so near to one of the places."""
    return np.asarray((np.abs(z[:, None] - np.array(places, dtype=float)) <= distance).any(axis=1))
