"""Fifty digits for what is exact, and an activation of one's own, of which no formula is known."""

from dataclasses import dataclass
from functools import cache

import mpmath as mp
import pytest

from lab.activations.catalogue import examples
from lab.numerics import Interval
from lab.parts import Activation
from lab.prover.certificate import Certificate, certify

mp.mp.dps = 50

CATALOGUE = examples()


@cache
def proved(name: str) -> Certificate:
    """What is proved of an activation of the catalogue, once for all tests."""
    return certify(CATALOGUE[name])


@dataclass(frozen=True)
class Own(Activation):
    """z + z³, which claims its slope."""

    slope_range = Interval(1.0, float("inf"))

    def __call__(self, z):
        return z + z**3

    def derivative(self, z):
        return 1 + 3 * z**2


@pytest.fixture
def own() -> Activation:
    return Own()
