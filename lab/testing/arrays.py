"""The checks of how an activation takes arrays, and of what it is."""

import dataclasses

import numpy as np

from lab.parts import Activation
from lab.testing.calling import SEEN_Z, TAILS, faces_of, same, values_of


def check_elementwise(sigma: Activation) -> None:
    """σ and σ′ have the shape of z, and each element depends on its own z alone."""
    for function in (sigma, sigma.derivative):
        whole = values_of(function, SEEN_Z)
        block = values_of(function, SEEN_Z[:240].reshape(2, 12, 10))
        same(block.ravel(), whole[:240], SEEN_Z[:240], "in a block", "in a row")
        alone = np.concatenate([values_of(function, z[None]) for z in SEEN_Z])
        same(alone, whole, SEEN_Z, "alone", "among others")


def check_dtype(sigma: Activation) -> None:
    """float32 stays float32 and float64 stays float64."""
    for name, function in faces_of(sigma).items():
        for dtype in (np.float32, np.float64):
            got = values_of(function, SEEN_Z.astype(dtype)).dtype
            assert got == dtype, f"{name} of {np.dtype(dtype)} is {got}"


def check_input_untouched(sigma: Activation) -> None:
    """z is left as it was."""
    buffers = (np.empty_like(SEEN_Z), np.empty_like(SEEN_Z), np.empty_like(SEEN_Z))
    faces = faces_of(sigma) | {
        "with_derivative into buffers": lambda z: sigma.with_derivative(z, out=buffers)
    }
    for name, function in faces.items():
        z = SEEN_Z.copy()
        function(z)
        assert np.array_equal(z, SEEN_Z), f"{name} wrote into z"


def check_nan(sigma: Activation) -> None:
    """NaN in gives NaN out, there and nowhere else."""
    for name, function in faces_of(sigma).items():
        value = values_of(function, np.array([0.5, np.nan, -0.5]))
        assert np.isnan(value[1]), f"{name} of NaN is {value[1]}"
        assert not np.isnan(value[[0, 2]]).any(), f"one NaN in z spoilt the {name} beside it"


def check_with_derivative(sigma: Activation) -> None:
    """`with_derivative` gives the values of the two methods, also into buffers, also strided ones."""
    everywhere = np.concatenate([SEEN_Z, TAILS])
    expected = {name: values_of(face, everywhere) for name, face in (("σ", sigma), ("σ′", sigma.derivative))}
    z = SEEN_Z[:240].reshape(2, 12, 10).copy()
    room = np.full((3, 2, 13, 10), 7.0)
    out = (room[0, :, :-1], room[1, :, :-1], room[2, :, :-1])
    both = sigma.with_derivative(everywhere.copy())
    sigma.with_derivative(z, out=out)
    for (name, values), whole, buffer in zip(expected.items(), both, out, strict=False):
        same(whole, values, everywhere, f"{name} of with_derivative", name)
        same(buffer.ravel(), values[:240], z.ravel(), f"{name} in buffers", name)
    assert np.all(room[:, :, -1] == 7), "with_derivative wrote beside its buffers"


def check_value(sigma: Activation) -> None:
    """It is a frozen dataclass: equal to its copy, with the same hash."""
    assert dataclasses.is_dataclass(sigma), "it is not a dataclass"
    assert sigma.__dataclass_params__.frozen, "it is a dataclass, but not a frozen one"
    again = dataclasses.replace(sigma)
    assert again == sigma, "a copy with the same parameters is not equal to it"
    try:
        same = hash(again) == hash(sigma)
    except TypeError as error:
        raise AssertionError(f"it has no hash: {error}") from error
    assert same, "a copy with the same parameters has another hash"
