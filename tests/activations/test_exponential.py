import mpmath as mp
import numpy as np
import pytest

from lab.activations.exponential import CELU, ELU, SELU, Exponential
from lab.numerics import Interval

ALPHA, SCALE = mp.mpf(1.6732632423543772), mp.mpf(1.0507009873554805)


def test_exponential(points, hold):
    """σ(z) = σ′(z) = e^z."""
    hold(Exponential(), points, mp.exp, mp.exp)


@pytest.mark.parametrize("alpha", [1.0, 0.25, 1.75])
def test_elu(alpha, points, hold):
    """σ(z) = z for z > 0, else α(e^z − 1); σ′(z) = 1 for z > 0, else αe^z."""
    a = mp.mpf(alpha)
    hold(
        ELU(alpha),
        points,
        lambda z: z if z > 0 else a * mp.expm1(z),
        lambda z: mp.mpf(1) if z > 0 else a * mp.exp(z),
    )


def test_elu_keeps_its_precision_beside_0():
    assert ELU()(-1e-20) == -1e-20


def test_elu_at_the_kink():
    """σ′(0) = α."""
    assert ELU(1.7).derivative(0.0) == 1.7
    assert ELU(1.7).kinks == (0.0,)
    assert ELU().kinks == ()


def test_elu_claims():
    assert ELU(0.5).slope_range == Interval(0, 1)
    assert ELU(1.7).slope_range == Interval(0, 1.7)
    assert ELU(1.7).range == Interval(-1.7, np.inf)


@pytest.mark.parametrize("alpha", [1.0, 0.5, 4.0])
def test_celu(alpha, points, hold):
    """σ(z) = z for z > 0, else α(e^{z/α} − 1); σ′(z) = 1 for z > 0, else e^{z/α}."""
    a = mp.mpf(alpha)
    hold(
        CELU(alpha),
        points,
        lambda z: z if z > 0 else a * mp.expm1(z / a),
        lambda z: mp.mpf(1) if z > 0 else mp.exp(z / a),
    )


def test_celu_has_no_kink():
    assert CELU(3.0).kinks == ()
    assert CELU(3.0).derivative(0.0) == 1
    assert CELU(3.0).range == Interval(-3, np.inf)
    assert CELU(3.0).slope_range == Interval(0, 1)


def test_selu(points, hold):
    """σ(z) = λz for z > 0, else λα(e^z − 1); σ′(z) = λ for z > 0, else λαe^z."""
    hold(
        SELU(),
        points,
        lambda z: SCALE * z if z > 0 else SCALE * ALPHA * mp.expm1(z),
        lambda z: SCALE if z > 0 else SCALE * ALPHA * mp.exp(z),
    )


def test_selu_at_the_kink():
    """σ′(0) = λα, the greatest slope there is."""
    assert SELU().derivative(0.0) == SELU().slope_range.high == pytest.approx(1.7580993408473766, rel=1e-15)
    assert SELU().kinks == (0.0,)
    assert SELU().range == Interval(-SELU().slope_range.high, np.inf)


def test_selu_keeps_mean_0_and_variance_1():
    """E σ(g) = 0 and E σ(g)² = 1 for g ~ N(0, 1), which is what α and λ are for."""
    mean, square = (
        mp.quad(lambda z, k=k: mp.mpf(float(SELU()(float(z)))) ** k * mp.npdf(z), [-12, 0, 12])
        for k in (1, 2)
    )
    assert float(mean) == pytest.approx(0, abs=1e-12)
    assert float(square) == pytest.approx(1, abs=1e-12)


def test_exponential_claims():
    assert Exponential().slope_range == Exponential().range == Interval(0, np.inf)


@pytest.mark.parametrize("part", [ELU, CELU])
@pytest.mark.parametrize("alpha", [0.0, -1.0, float("nan")])
def test_alpha_is_positive(part, alpha):
    with pytest.raises(ValueError, match=rf"^alpha must be > 0, got {alpha}$"):
        part(alpha)
