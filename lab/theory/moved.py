"""σ of a layer whose biases have a mean that is not 0, so that z is normal about that."""

from dataclasses import dataclass

import numpy as np

from lab.numerics import Array
from lab.parts import Activation


@dataclass(frozen=True)
class Moved(Activation):
    """z → σ(z + b). Where biases have the mean b it makes of z less b, of mean 0, what σ makes of z.

    >>> from lab.activations.rectifiers import ReLU
    >>> moved = Moved(ReLU(), 0.5)
    >>> moved.kinks, float(moved(np.array(1.0)))
    ((-0.5,), 1.5)
    """

    inner: Activation
    b: float

    @property
    def kinks(self) -> tuple[float, ...]:
        return tuple(z - self.b for z in self.inner.kinks)

    def __call__(self, z: Array) -> Array:
        return np.asarray(self.inner(z + self.b))

    def derivative(self, z: Array) -> Array:
        return np.asarray(self.inner.derivative(z + self.b))


def moved(sigma: Activation, b: float) -> Activation:
    """σ where z less b is given; σ itself where b is 0."""
    return Moved(sigma, b) if b else sigma
