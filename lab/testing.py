"""The conformance suite: what the backpropagation core relies on, for anyone's activation or cost.

    from lab.testing import check_activation

    def test_mine():
        check_activation(Mine(floor=0.1))

`ACTIVATION_CHECKS` lists the checks by name; each is a function that raises AssertionError with the
numbers that disagree, so that a test framework can take them one by one.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Sequence
from functools import wraps
from itertools import pairwise
from typing import TYPE_CHECKING, TypeAlias

import numpy as np

from lab.errors import in_one_line, told
from lab.network.backprop import Network, backward, cost, forward
from lab.network.buffers import make_pass, with_ones
from lab.network.parameters import Parameters, as_parameters, parameters
from lab.numerics import Array, Interval, grid, measured
from lab.own_code import place_of
from lab.parts import Activation, Cost

if TYPE_CHECKING:
    from lab.experiment.validation import Finding
    from lab.experiment.variants import Plan

Function: TypeAlias = Callable[[Array], Array]

Check: TypeAlias = Callable[[Activation], None]

SEEN_Z: Array = np.concatenate(
    [np.linspace(-12, 12, 241) + 0.0123, [-700.0, -300.5, -40.25, -20.5, 20.5, 40.25, 300.5, 700.0]]
)
"""Points at which the checks look, off the whole numbers where kinks like to be."""

FAR_SIZES = {"float64": (1e18, 1e100, 1e300), "float32": (1e18, 1e30)}
"""The |z| beyond any training at which a formula is held to exact values."""

MULTIPLE = 1024.0
"""The largest |z| of those is the largest number divided by this, so that 50z in a formula is one too."""

NODES, WEIGHTS = np.polynomial.legendre.leggauss(20)
"""Of the Gauss–Legendre quadrature on [−1, 1]."""

HALVINGS = 20
"""How often an interval is halved in search of a corner of σ′, across which no quadrature is exact."""


def check_activation(sigma: Activation) -> None:
    """Run every check of `ACTIVATION_CHECKS`; raises AssertionError naming the first check that fails."""
    if not isinstance(sigma, Activation):
        raise AssertionError(f"{type(sigma).__name__} is no subclass of lab.Activation")
    for name, check in ACTIVATION_CHECKS.items():
        try:
            check(sigma)
        except AssertionError as error:
            raise AssertionError(f"{sigma}: {name}: {error}") from error


def faults_of_own(plan: Plan) -> list[Finding]:
    """What fails first in each activation of an experiment that is a class of somebody's own, at its key.

    What the lab ships and formulas are not checked again; what cannot be made is told by
    `lab.experiment.checks.parts`.
    """
    from lab.experiment.schema import named_parts
    from lab.experiment.specify import from_spec
    from lab.experiment.validation import Finding
    from lab.runs.preparation import at_its_value

    faults: dict[str, str] = {}
    found = []
    for variant in plan.variants:
        for key, part, spec in named_parts(variant.settings):
            if part.kind == "activations":
                if repr(spec) not in faults:
                    designs, code = variant.settings.designs, plan.allow_code
                    try:
                        sigma = from_spec(spec, designs, folder=plan.folder, allow_code=code)
                    except Exception:  # which is told already
                        sigma = None
                    faults[repr(spec)] = "" if sigma is None else _fault(sigma)
                if fault := faults[repr(spec)]:
                    found.append(at_its_value(Finding(key, fault), variant, plan))
    return found


def _fault(sigma: Activation) -> str:
    """What fails first of somebody's own activation, or of one within a wrapper of the lab; else empty."""
    if type(sigma).__module__.startswith("lab."):
        inner = (value for value in vars(sigma).values() if isinstance(value, Activation))
        return next(filter(None, map(_fault, inner)), "")
    try:
        check_activation(sigma)
    except AssertionError as error:
        return in_one_line(error)
    return ""


def check_elementwise(sigma: Activation) -> None:
    """σ and σ′ have the shape of z, and each element depends on its own z alone."""
    for function in (sigma, sigma.derivative):
        whole = _values(function, SEEN_Z)
        assert whole.shape == SEEN_Z.shape, f"the shape {SEEN_Z.shape} of z became {whole.shape}"
        block = _values(function, SEEN_Z[:240].reshape(2, 12, 10))
        assert block.shape == (2, 12, 10), f"the shape (2, 12, 10) of z became {block.shape}"
        _same(block.ravel(), whole[:240], SEEN_Z[:240], "in a block", "in a row")
        alone = np.concatenate([_values(function, z[None]) for z in SEEN_Z])
        _same(alone, whole, SEEN_Z, "alone", "among others")


def check_dtype(sigma: Activation) -> None:
    """float32 stays float32 and float64 stays float64."""
    for name, function in _faces(sigma).items():
        for dtype in (np.float32, np.float64):
            got = _values(function, SEEN_Z.astype(dtype)).dtype
            assert got == dtype, f"{name} of {np.dtype(dtype)} is {got}"


def check_input_untouched(sigma: Activation) -> None:
    """z is left as it was."""
    buffers = (np.empty_like(SEEN_Z), np.empty_like(SEEN_Z), np.empty_like(SEEN_Z))
    faces = _faces(sigma) | {"with_derivative into buffers": lambda z: sigma.with_derivative(z, out=buffers)}
    for name, function in faces.items():
        z = SEEN_Z.copy()
        function(z)
        assert np.array_equal(z, SEEN_Z), f"{name} wrote into z"


def check_finite(sigma: Activation) -> None:
    """σ and σ′ are finite numbers for |z| ≤ 700, at 0 and at the kinks too."""
    z = np.concatenate([SEEN_Z, [0.0], np.array(sigma.kinks, dtype=float)])
    for name, function in _faces(sigma).items():
        values = _values(function, z)
        bad = np.flatnonzero(~np.isfinite(values))
        assert not len(bad), f"at z = {z[bad[0]]} {name} is {values[bad[0]]}"


def check_far(sigma: Activation) -> None:
    """σ and σ′ are what is due nearly up to the largest float64 and float32, where a formula tells it.

    What is due is known by balls of many digits (`lab.bridge.audit.Reference`). An error that is small beside
    1 is none: terms may cancel.
    """
    from lab.activations.formula.formula import formula_of
    from lab.bridge.audit import Reference

    formula = formula_of(sigma)
    if formula is None:
        return
    for dtype, sizes in FAR_SIZES.items():
        largest = float(np.finfo(dtype).max)
        z = np.array([side * size for size in (*sizes, largest / MULTIPLE) for side in (-1, 1)], dtype)
        for faces, due in zip(_by_output(sigma), Reference(formula).exact(z.astype(float)), strict=True):
            due = np.clip(due, -largest, largest)
            for name, function in faces.items():
                found = np.clip(_values(function, z).astype(float), -largest, largest)
                bad = np.flatnonzero(~np.isnan(due) & ~(np.abs(found - due) <= 1e-3 * (1 + np.abs(due))))
                if len(bad):
                    at = bad[0]
                    place = f"at z = {z[at]} in {dtype}"
                    raise AssertionError(f"{place} {name} is {found[at]:.6g}, {due[at]:.6g} is due")


def check_nan(sigma: Activation) -> None:
    """NaN in gives NaN out, there and nowhere else."""
    for name, function in _faces(sigma).items():
        value = _values(function, np.array([0.5, np.nan, -0.5]))
        assert np.isnan(value[1]), f"{name} of NaN is {value[1]}"
        assert not np.isnan(value[[0, 2]]).any(), f"one NaN in z spoilt the {name} beside it"


def check_continuous(sigma: Activation) -> None:
    """σ does not jump, at a kink or elsewhere, but at the claimed jumps; and there it does."""
    for place in sigma.jumps:
        assert place in sigma.kinks, f"the jump at z = {place} is not among the kinks {sigma.kinks}"
        left, right = _values(sigma, np.array([np.nextafter(place, -np.inf), np.nextafter(place, np.inf)]))
        assert abs(right - left) > 1e-6 * max(1.0, abs(left)), f"σ does not jump at z = {place}"
    z, jump, size = _jumps(sigma, sigma.kinks, sigma.jumps)
    worst = int(np.argmax(jump - 1e-6 * size))
    assert jump[worst] <= 1e-6 * max(1.0, size[worst]), f"σ jumps by {jump[worst]:.6g} at z = {z[worst]}"


def check_derivative(sigma: Activation) -> None:
    """σ′ is the derivative of σ: by a complex step where σ is analytic, else by finite differences.

    Complex steps: Squire & Trapp (1998), σ′(z) = Im σ(z + ih)/h, without cancellation.
    """
    z = SEEN_Z[(np.abs(SEEN_Z) < 30) & ~_near(SEEN_Z, sigma.kinks, 0.02)]
    slope = _values(sigma.derivative, z)
    h, relative = 1e-3, np.full(len(z), 1e-6)
    found = (4 * _difference(sigma, z, h) - _difference(sigma, z, 2 * h)) / 3
    if sigma.analytic:
        exact = _values(sigma, z + 1e-30j).imag / 1e-30
        known = np.isfinite(exact)  # a complex infinity on the way has no limit
        found, relative = np.where(known, exact, found), np.where(known, 1e-11, relative)
    allowed = relative * (np.abs(found) + 1e-3 * np.abs(found).max())
    worst = int(np.argmax(np.abs(slope - found) - allowed))
    assert abs(slope[worst] - found[worst]) <= allowed[worst], (
        f"at z = {z[worst]} the derivative says {slope[worst]:.12g}, the function {found[worst]:.12g}"
    )


def check_integral(sigma: Activation) -> None:
    """∫σ′ dz between the kinks is the rise of σ, by Gauss–Legendre quadrature."""
    kinks = [k for k in sigma.kinks if -12 < k < 12]
    edges = np.unique(np.concatenate([np.linspace(-12, 12, 97), kinks]))
    for low, high in pairwise(edges):
        if not _integrates(sigma, low, high, 1e-9, HALVINGS):
            rise, integral, _ = _rise(sigma, low, high)
            raise AssertionError(f"from z = {low} to {high} σ rises by {rise:.12g}, ∫σ′ is {integral:.12g}")


def check_kinks(sigma: Activation) -> None:
    """σ′ jumps nowhere but at the claimed kinks."""
    z, jump, size = _jumps(sigma.derivative, sigma.kinks, sigma.kinks)
    worst = int(np.argmax(jump))
    assert jump[worst] <= 1e-6 * max(1.0, size.max()), (
        f"σ′ jumps by {jump[worst]:.6g} at z = {z[worst]}, which is not among the kinks {sigma.kinks}"
    )


def check_with_derivative(sigma: Activation) -> None:
    """`with_derivative` gives the values of the two methods, also into buffers, also strided ones."""
    expected = {name: _values(face, SEEN_Z) for name, face in (("σ", sigma), ("σ′", sigma.derivative))}
    z = SEEN_Z[:240].reshape(2, 12, 10).copy()
    room = np.full((3, 2, 13, 10), 7.0)
    out = (room[0, :, :-1], room[1, :, :-1], room[2, :, :-1])
    both = sigma.with_derivative(SEEN_Z.copy())
    sigma.with_derivative(z, out=out)
    for (name, values), whole, buffer in zip(expected.items(), both, out, strict=False):
        _same(whole, values, SEEN_Z, f"{name} of with_derivative", name)
        _same(buffer.ravel(), values[:240], z.ravel(), f"{name} in buffers", name)
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


def _with_place(error: Exception) -> str:
    """What somebody's code raises, and where in it."""
    place = place_of(error)
    return f"{told(error)}{place and f', at {place}'}"


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
            raise AssertionError(f"raises {_with_place(error)}") from error

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
        "slope claim": lambda sigma: _check_claim(sigma, sigma.slope_range, sigma.derivative, "σ′"),
        "range claim": lambda sigma: _check_claim(sigma, sigma.range, sigma, "σ"),
        "with_derivative": check_with_derivative,
        "value": check_value,
    }.items()
}
"""The checks of an activation, by name; each is without numpy's warnings, and raises AssertionError alone."""


def check_cost(given: Cost, sigma: Activation, outputs: int = 3, seed: int = 0) -> None:
    """∇_a C_x is the gradient of C_x by finite differences, and the error is ∇_a C_x ⊙ σ′(z).

    ``sigma`` is an output σ that the cost accepts. Raises AssertionError with the numbers.
    """
    rng = np.random.default_rng(seed)
    z = rng.normal(size=(2, outputs, 5))
    y = np.zeros((1, outputs, 5))
    y[0, rng.integers(0, outputs, 5), np.arange(5)] = 1
    a, slope = sigma.with_derivative(z)
    gradient, error = np.empty_like(a), np.empty_like(a)
    given.gradient(a, y, gradient)
    given.error(z, a, slope, y, sigma, error)
    h = 1e-5
    for j in range(outputs):
        step = np.zeros_like(z)
        step[:, j] = h
        up, down = (given.value(z + s, np.asarray(sigma(z + s)), y, sigma) for s in (step, -step))
        found = (up - down) / (2 * h)
        np.testing.assert_allclose(error[:, j], found, rtol=1e-6, atol=1e-9, err_msg="the error δ")
    np.testing.assert_allclose(error, gradient * slope, rtol=1e-9, atol=1e-12, err_msg="∇_a C ⊙ σ′")


def directional_derivatives(
    network: Network, theta: Parameters, x: Array, y: Array, direction: Array
) -> tuple[Array, Array]:
    """⟨∇C, direction⟩ of each trial by backpropagation, and by a complex step through the forward pass.

    ``x`` and ``y`` hold examples in rows, ``direction`` has the shape of ``theta.vector``. Every σ must be
    analytic where z falls. The two agree to rounding when the gradient is right.
    """
    trials = len(theta.vector)
    gradient = parameters(network.sizes, trials)
    p = make_pass(network.sizes, trials, with_ones(x), y.T[None])
    forward(network, theta, p)
    backward(network, theta, p, gradient)
    h = 1e-30
    moved = as_parameters(theta.vector + 1j * h * direction, network.sizes)
    p = make_pass(network.sizes, trials, with_ones(x, complex), y.T[None].astype(complex))
    forward(network, moved, p)
    return np.sum(gradient.vector * direction, axis=1), cost(network, p).imag / h


def _values(function: Function, z: Array) -> Array:
    """What ``function`` makes of a copy of z; AssertionError where it raises."""
    try:
        return np.asarray(function(z.copy()))
    except Exception as error:
        given = f"an array z of shape {z.shape} and {z.dtype}"
        raise AssertionError(f"{given} is refused: {_with_place(error)}") from error


def _faces(sigma: Activation) -> dict[str, Function]:
    """The ways to σ and to σ′ from z alone."""
    return {
        "σ": sigma,
        "σ′": sigma.derivative,
        "σ of with_derivative": lambda z: sigma.with_derivative(z)[0],
        "σ′ of with_derivative": lambda z: sigma.with_derivative(z)[1],
    }


def _by_output(sigma: Activation) -> tuple[dict[str, Function], dict[str, Function]]:
    """The ways to σ, and those to σ′."""
    faces = list(_faces(sigma).items())
    return dict(faces[::2]), dict(faces[1::2])


def _check_claim(sigma: Activation, claimed: Interval, function: Function, name: str) -> None:
    """The claimed infimum and supremum hold everywhere that is looked, and are reached or approached."""
    low, high = claimed.low, claimed.high
    assert low <= high, f"{name} is claimed to lie in [{low}, {high}], which is empty"
    values = _values(function, grid(sigma.kinks))
    least, greatest = float(np.nanmin(values)), float(np.nanmax(values))
    slack = 1e-12 * max([1.0, *(abs(end) for end in (low, high) if np.isfinite(end))])
    assert least >= low - slack, f"inf {name} is claimed {low:.12g}, but {name} = {least:.12g} occurs"
    assert greatest <= high + slack, f"sup {name} is claimed {high:.12g}, but {name} = {greatest:.12g} occurs"
    found = measured(lambda z: _values(function, z), sigma.kinks)
    for end, seen in ((low, found.low), (high, found.high)):
        near = seen == end or (np.isfinite(end) and abs(seen - end) <= 1e-4 * max(1.0, abs(end)))
        assert near, f"{name} is claimed to reach or approach {end:.12g}, but comes only to {seen:.12g}"


def _jumps(
    function: Function, kinks: Sequence[float], claimed: Sequence[float]
) -> tuple[Array, Array, Array]:
    """Where the function rises or falls most, in each of many intervals halved down to neighbouring numbers.

    Returns the places, by how much it jumps at each (0 where that is claimed), and its size to the left.
    """
    sides = [k + side for k in kinks for side in (-0.01, 0.0, 0.01)]
    edges = np.unique(np.concatenate([np.linspace(-12, 12, 961), sides]))
    left, right = edges[:-1], edges[1:]
    before, after = _values(function, left), _values(function, right)
    for _ in range(50):
        middle = (left + right) / 2
        between = _values(function, middle)
        lies_left = np.abs(between - before) > np.abs(after - between)
        left, right = np.where(lies_left, left, middle), np.where(lies_left, middle, right)
        before, after = np.where(lies_left, before, between), np.where(lies_left, between, after)
    return left, np.where(_near(left, claimed, 1e-9), 0, np.abs(after - before)), np.abs(before)


def _integrates(sigma: Activation, low: float, high: float, tolerance: float, halvings: int) -> bool:
    """Whether ∫σ′ is the rise of σ from low to high, or in each half to half the tolerance, and so on."""
    rise, integral, size = _rise(sigma, low, high)
    halves = pairwise((low, (low + high) / 2, high))
    return abs(integral - rise) <= tolerance * size or (
        halvings > 0 and all(_integrates(sigma, *half, tolerance / 2, halvings - 1) for half in halves)
    )


def _rise(sigma: Activation, low: float, high: float) -> tuple[float, float, float]:
    """The rise of σ just inside [low, high], ∫σ′ by Gauss–Legendre quadrature, and the size of σ there."""
    z = (low + high) / 2 + (high - low) / 2 * NODES
    integral = (high - low) / 2 * np.sum(WEIGHTS * _values(sigma.derivative, z))
    left, right = _values(sigma, np.array([np.nextafter(low, high), np.nextafter(high, low)]))
    return float(right - left), float(integral), max(1.0, abs(left), abs(right))


def _difference(sigma: Activation, z: Array, h: float) -> Array:
    return (_values(sigma, z + h) - _values(sigma, z - h)) / (2 * h)


def _near(z: Array, places: Sequence[float], distance: float) -> Array:
    return np.asarray((np.abs(z[:, None] - np.array(places, dtype=float)) <= distance).any(axis=1))


def _same(found: Array, expected: Array, z: Array, found_name: str, expected_name: str) -> None:
    kind = expected.dtype
    assert np.issubdtype(kind, np.inexact), f"{expected_name} is {kind}, no floating number"
    close = np.isclose(found, expected, rtol=4 * np.finfo(kind).eps, atol=0, equal_nan=True)
    i = int(np.argmin(close))
    assert close[i], f"at z = {z[i]} {found_name} is {found[i]:.17g}, {expected_name} is {expected[i]:.17g}"
