"""A slope from a template: a floor, and a bell of some shape on it."""

from dataclasses import dataclass
from math import inf, isfinite, pi, sqrt

from lab.activations.formula.formula import Written
from lab.numerics import REALS, Interval
from lab.spelling import did_you_mean

KERNELS: dict[str, tuple[str, float]] = {
    "sech2": ("tanh({})", 1.0),
    "logistic": ("2*tanh({}/2)", 2.0),
    "gauss": ("sqrt(pi)/2*erf({})", sqrt(pi) / 2),
    "cauchy": ("arctan({})", pi / 2),
    "softsign": ("softsign({})", 1.0),
    "isru": ("isru({})", 1.0),
    "slow": ("symlog({})", inf),
    "box": ("hard_tanh({})", 1.0),
}
"""The kernels from those with the lightest tails to the heaviest, and the box: K as a formula, and K(∞).

Every kernel is even, so K(−∞) = −K(∞).
"""


@dataclass(frozen=True)
class Template(Written):
    """σ′(z) = ε + (M − ε) k((z − c)/w), and σ(z) = εz + (M − ε)w [K((z − c)/w) − K(−c/w)], so σ(0) = 0.

    By construction ε ≤ σ′ ≤ M: every neuron passes at least ε of the error on. The kernel k has its peak
    k(0) = 1 and K is its antiderivative:

    =========  ==================  =====================
    kernel     k(u)                K(u)
    =========  ==================  =====================
    sech2      sech² u             tanh u
    logistic   4 s(u)s(−u)         4(s(u) − ½)
    gauss      exp(−u²)            ½√π erf u
    cauchy     1/(1 + u²)          arctan u
    softsign   1/(1 + |u|)²        u/(1 + |u|)
    isru       (1 + u²)^(−3/2)     u/√(1 + u²)
    slow       1/(1 + |u|)         sign(u) ln(1 + |u|)
    box        1 for |u| ≤ 1       u cut off at ±1
    =========  ==================  =====================

    The kinks are the edges c ± w of the box, where σ′ jumps; σ′ = M there. At the peak of softsign and slow
    σ′ is continuous and only σ″ jumps.

    Parameters
    ----------
    floor
        ε, the infimum of σ′.
    height
        M, the supremum of σ′.
    kernel
        The shape of the bell.
    width
        w, the scale of z.
    centre
        c, where the peak lies.
    """

    floor: float = 0.1
    height: float = 1.0
    kernel: str = "sech2"
    width: float = 1.0
    centre: float = 0.0

    def __post_init__(self) -> None:
        if self.kernel not in KERNELS:
            raise ValueError(f"unknown kernel {self.kernel!r}; {did_you_mean(self.kernel, KERNELS)}")
        if not 0 <= self.floor < inf:
            raise ValueError(f"floor must be >= 0 and finite, got {self.floor}")
        if not 0 < self.height < inf:
            raise ValueError(f"height must be > 0 and finite, got {self.height}")
        if self.floor > self.height:
            raise ValueError(
                f"floor = {self.floor:g} is above height = {self.height:g}; expected a lower floor or a "
                "greater height"
            )
        if not 0 < self.width < inf:
            raise ValueError(f"width must be > 0 and finite, got {self.width}")
        if not isfinite(self.centre):
            raise ValueError(f"centre must be finite, got {self.centre}")

    @property
    def formula(self) -> str:
        bell = KERNELS[self.kernel][0]
        text = f"floor*z + (height - floor)*width*{bell.format('((z - centre)/width)')}"
        return f"{text} - (height - floor)*width*{bell.format('(-centre/width)')}" if self.centre else text

    @property
    def numbers(self) -> tuple[tuple[str, float], ...]:
        return tuple((name, float(getattr(self, name))) for name in ("floor", "height", "width", "centre"))

    @property
    def slope_range(self) -> Interval:
        return Interval(self.floor, self.height)

    @property
    def range(self) -> Interval:
        """The reals, or, without a floor, what the area of the bell leaves on either side of 0."""
        half = self.height * self.width * KERNELS[self.kernel][1]
        if self.floor or not isfinite(half):
            return REALS
        start = float(self(-inf))
        return Interval(start, start + 2 * half)

    @property
    def steepest(self) -> float:
        return self.centre
