"""Claims about a slope that few intervals prove, as most that hold, for less than a certificate costs."""

from math import inf

from lab.numerics import Interval
from lab.parts import Activation
from lab.prover.branch_and_bound import lies_within
from lab.prover.provable import provable


def plainly_holds(sigma: Activation, at_least: float = -inf, at_most: float = inf) -> bool:
    """Whether at_least ≤ σ′(z) ≤ at_most is proved in a few steps, for every z at which σ has a slope.

    What does not hold plainly may hold all the same: `lab.prover.certificate.certify` looks closer, and tells
    why a claim fails.

    >>> from lab.activations.formula.formula import Formula
    >>> sigma = Formula("tanh(z) + 0.1*z")
    >>> plainly_holds(sigma, at_least=0.1), plainly_holds(sigma, at_least=0.2)
    (True, False)
    """
    family = provable(sigma, {})
    if family is None or family.continuity.doubt:
        return False
    claim = Interval(at_least, at_most)
    return lies_within(family.slope, family.slope_over, claim, family.kinks, family.corners)
