import mpmath as mp
import numpy as np
import pytest

from lab.activations.periodic import DampedSnake, Sin
from lab.numerics import Interval


def test_sin(points, hold):
    """σ(z) = sin z, σ′(z) = cos z."""
    hold(Sin(), points, mp.sin, mp.cos)


@pytest.mark.parametrize(("a", "b"), [(1.0, 0.5), (2.0, 1.0), (0.5, 0.0)])
def test_damped_snake(a, b, points, hold):
    """σ(z) = z + (b/a) sin²(az), σ′(z) = 1 + b sin(2az)."""
    hold(
        DampedSnake(a, b),
        points,
        lambda z: z + b / mp.mpf(a) * mp.sin(a * z) ** 2,
        lambda z: 1 + b * mp.sin(2 * a * z),
        conditioning=30 if b == 1 else 0,
    )


def test_the_snake_keeps_its_precision_beside_a_zero_of_its_slope():
    """σ′ is about 2(z + π/4)², where 1 + sin 2z has lost ten of its sixteen digits."""
    z = -np.pi / 4 + 1e-5
    exact = float(1 + mp.sin(2 * mp.mpf(float(z))))
    assert DampedSnake(b=1.0).derivative(z) == pytest.approx(exact, rel=1e-10, abs=0)
    assert 1 + np.sin(2 * z) != pytest.approx(exact, rel=1e-8, abs=0)


def test_claims():
    assert Sin().slope_range == Sin().range == Interval(-1, 1)
    assert DampedSnake(b=0.25).slope_range == Interval(0.75, 1.25)
    assert DampedSnake(b=1.0).slope_range == Interval(0, 2)
    assert DampedSnake().range == Interval(-np.inf, np.inf)


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ({"a": 0.0}, "^a must be > 0, got 0.0$"),
        ({"b": 1.5}, r"^b must lie in \[0, 1\], got 1.5$"),
        ({"b": float("nan")}, r"^b must lie in \[0, 1\], got nan$"),
    ],
    ids=str,
)
def test_damped_snake_parameters(wrong, message):
    with pytest.raises(ValueError, match=message):
        DampedSnake(**wrong)
