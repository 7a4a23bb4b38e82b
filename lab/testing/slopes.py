"""The checks that σ′ is the derivative of σ wherever training may come, and of what is claimed of the two."""

from collections.abc import Sequence

import numpy as np

from lab.numerics import Array, Interval, grid, measured
from lab.parts import Activation
from lab.testing.calling import FARTHEST, SEEN_Z, TAILS, Function, beside, faces_of, values_of

FAR_SIZES = {"float64": (1e18, 1e100, 1e300), "float32": (1e18, 1e30)}
"""The |z| beyond any training at which a formula is held to exact values."""

MULTIPLE = 1024.0
"""The largest |z| of those is the largest number divided by this, so that 50z in a formula is one too."""

NODES, WEIGHTS = np.polynomial.legendre.leggauss(20)
"""Of the Gauss–Legendre quadrature on [−1, 1]."""

HALVINGS = 20
"""How often an interval is halved in search of a corner of σ′, across which no quadrature is exact."""

MOST_HALVED = 2000
"""The intervals that are halved at a time, those nearest to 0."""

NEAR = 30.0
"""The |z| up to which rounding leaves enough digits of a difference of σ."""


def check_finite(sigma: Activation) -> None:
    """σ and σ′ are finite numbers for |z| ≤ 700, at 0 and at the kinks too."""
    z = np.concatenate([SEEN_Z, TAILS, [0.0], np.array(sigma.kinks, dtype=float)])
    for name, function in faces_of(sigma).items():
        values = values_of(function, z)
        bad = np.flatnonzero(~np.isfinite(values))
        assert not len(bad), f"at z = {z[bad[0]]} {name} is {values[bad[0]]}"


def check_far(sigma: Activation) -> None:
    """σ and σ′ are what is due nearly up to the largest float64 and float32, where a formula tells it.

    What is due is known by balls of many digits (`lab.bridge.audit_reference.Reference`). An error that is
    small beside 1 is none: terms may cancel.
    """
    from lab.activations.formula.formula import formula_of
    from lab.bridge.audit_reference import Reference

    formula = formula_of(sigma)
    if formula is None:
        return
    for dtype, sizes in FAR_SIZES.items():
        largest = float(np.finfo(dtype).max)
        z = np.array([side * size for size in (*sizes, largest / MULTIPLE) for side in (-1, 1)], dtype)
        for k, due in enumerate(Reference(formula).exact(z.astype(float))):
            due = np.clip(due, -largest, largest)
            for name, function in list(faces_of(sigma).items())[k::2]:  # σ and σ′ take turns
                found = np.clip(values_of(function, z).astype(float), -largest, largest)
                bad = np.flatnonzero(~np.isnan(due) & ~(np.abs(found - due) <= 1e-3 * (1 + np.abs(due))))
                if len(bad):
                    at = bad[0]
                    place = f"at z = {z[at]} in {dtype}"
                    raise AssertionError(f"{place} {name} is {found[at]:.6g}, {due[at]:.6g} is due")


def check_continuous(sigma: Activation) -> None:
    """σ does not jump, at a kink or elsewhere, but at the claimed jumps; and there it does."""
    for place in sigma.jumps:
        assert place in sigma.kinks, f"the jump at z = {place} is not among the kinks {sigma.kinks}"
        left, right = values_of(sigma, np.array([np.nextafter(place, -np.inf), np.nextafter(place, np.inf)]))
        assert abs(right - left) > 1e-6 * max(1.0, abs(left)), f"σ does not jump at z = {place}"
    z, jump, size = _jumps(sigma, sigma.kinks, sigma.jumps)
    worst = int(np.argmax(jump - 1e-6 * size))
    assert jump[worst] <= 1e-6 * max(1.0, size[worst]), f"σ jumps by {jump[worst]:.6g} at z = {z[worst]}"


def check_derivative(sigma: Activation) -> None:
    """σ′ is the derivative of σ: by a complex step where σ is analytic, else by finite differences.

    Complex steps: Squire & Trapp (1998), σ′(z) = Im σ(z + ih)/h, without cancellation. Differences are
    doubted by the rounding of σ, in the tails by what two of them differ, too; and a complex step there by
    that of z², so that a fast wave is not blamed.
    """
    smooth = [part[~beside(part, sigma.kinks, 0.02)] for part in (SEEN_Z[np.abs(SEEN_Z) < NEAR], TAILS)]
    z = np.concatenate(smooth)
    is_near = np.arange(len(z)) < len(smooth[0])
    slope = values_of(sigma.derivative, z)
    h, relative = 1e-3, np.full(len(z), 1e-6)
    fine, coarse = (_difference(sigma, z, step) for step in (h, 2 * h))
    found = (4 * fine - coarse) / 3
    doubt = np.where(is_near, 0, np.abs(fine - coarse)) + 4 * np.spacing(np.abs(values_of(sigma, z))) / h
    if sigma.analytic:
        exact = values_of(sigma, z + 1e-30j).imag / 1e-30
        known = np.isfinite(exact)  # a complex infinity on the way has no limit
        found, relative = np.where(known, exact, found), np.where(known, 1e-11, relative)
        relative[known & ~is_near] = 1e-9
        doubt[known] = 0
    largest = np.abs(found[is_near]).max()
    allowed = relative * (np.abs(found) + 1e-3 * np.where(is_near, largest, min(1.0, largest))) + doubt
    worst = int(np.argmax(np.abs(slope - found) - allowed))
    assert abs(slope[worst] - found[worst]) <= allowed[worst], (
        f"at z = {z[worst]} the derivative says {slope[worst]:.12g}, the function {found[worst]:.12g}"
    )


def check_integral(sigma: Activation) -> None:
    """∫σ′ dz between the kinks is the rise of σ, by Gauss–Legendre quadrature."""
    kinks = [k for k in sigma.kinks if abs(k) < FARTHEST]
    edges = np.unique(np.concatenate([np.linspace(-FARTHEST, FARTHEST, 5601), kinks]))
    low, high, tolerance = edges[:-1], edges[1:], 1e-9
    whole = np.arange(len(low))
    for _ in range(HALVINGS + 1):
        rise, integral, size = _rises(sigma, low, high)
        wrong = np.flatnonzero(~(np.abs(integral - rise) <= tolerance * size))
        if not len(wrong):
            return
        wrong = wrong[np.argsort(np.abs(low + high)[wrong], kind="stable")][:MOST_HALVED]
        middle = (low + high)[wrong] / 2
        low, high = np.append(low[wrong], middle), np.append(middle, high[wrong])
        whole, tolerance = np.tile(whole[wrong], 2), tolerance / 2
    low, high = edges[whole[:1]], edges[whole[:1] + 1]
    rise, integral, _ = _rises(sigma, low, high)
    raise AssertionError(
        f"from z = {low[0]} to {high[0]} σ rises by {rise[0]:.12g}, ∫σ′ is {integral[0]:.12g}"
    )


def check_kinks(sigma: Activation) -> None:
    """σ′ jumps nowhere but at the claimed kinks."""
    z, jump, size = _jumps(sigma.derivative, sigma.kinks, sigma.kinks)
    allowed = 1e-6 * np.maximum(size, max(1.0, size[np.abs(z) <= 12].max()))
    worst = int(np.argmax(jump - allowed))
    assert jump[worst] <= allowed[worst], (
        f"σ′ jumps by {jump[worst]:.6g} at z = {z[worst]}, which is not among the kinks {sigma.kinks}"
    )


def check_claim(sigma: Activation, claimed: Interval, function: Function, name: str) -> None:
    """The claimed infimum and supremum hold everywhere that is looked, and are reached or approached."""
    low, high = claimed.low, claimed.high
    assert low <= high, f"{name} is claimed to lie in [{low}, {high}], which is empty"
    values = values_of(function, grid(sigma.kinks))
    least, greatest = float(np.nanmin(values)), float(np.nanmax(values))
    slack = 1e-12 * max([1.0, *(abs(end) for end in (low, high) if np.isfinite(end))])
    assert least >= low - slack, f"inf {name} is claimed {low:.12g}, but {name} = {least:.12g} occurs"
    assert greatest <= high + slack, f"sup {name} is claimed {high:.12g}, but {name} = {greatest:.12g} occurs"
    found = measured(lambda z: values_of(function, z), sigma.kinks)
    for end, seen in ((low, found.low), (high, found.high)):
        close = seen == end or (np.isfinite(end) and abs(seen - end) <= 1e-4 * max(1.0, abs(end)))
        assert close, f"{name} is claimed to reach or approach {end:.12g}, but comes only to {seen:.12g}"


def _jumps(
    function: Function, kinks: Sequence[float], claimed: Sequence[float]
) -> tuple[Array, Array, Array]:
    """Where the function rises or falls most, in each of many intervals halved down to neighbouring numbers.

    Returns the places, by how much it jumps at each (0 where that is claimed), and its size to the left.
    """
    sides = [k + side for k in kinks for side in (-0.01, 0.0, 0.01)]
    tail = np.arange(12, FARTHEST, 0.5)
    edges = np.unique(np.concatenate([-tail, np.linspace(-12, 12, 961), tail, sides]))
    left, right = edges[:-1], edges[1:]
    before, after = values_of(function, left), values_of(function, right)
    for _ in range(50):
        middle = (left + right) / 2
        between = values_of(function, middle)
        lies_left = np.abs(between - before) > np.abs(after - between)
        left, right = np.where(lies_left, left, middle), np.where(lies_left, middle, right)
        before, after = np.where(lies_left, before, between), np.where(lies_left, between, after)
    return left, np.where(beside(left, claimed, 1e-9), 0, np.abs(after - before)), np.abs(before)


def _rises(sigma: Activation, low: Array, high: Array) -> tuple[Array, Array, Array]:
    """The rise of σ just inside each [low, high], ∫σ′ by Gauss–Legendre quadrature, and the size of σ."""
    z = (low + high)[:, None] / 2 + (high - low)[:, None] / 2 * NODES
    integral = (high - low) / 2 * (values_of(sigma.derivative, z.ravel()).reshape(z.shape) @ WEIGHTS)
    left, right = (values_of(sigma, ends) for ends in (np.nextafter(low, high), np.nextafter(high, low)))
    return right - left, integral, np.maximum(1.0, np.maximum(np.abs(left), np.abs(right)))


def _difference(sigma: Activation, z: Array, h: float) -> Array:
    return (values_of(sigma, z + h) - values_of(sigma, z - h)) / (2 * h)
