"""Random streams, named by their purpose.

A stream depends on the root seed, the purpose and the trial, and on nothing else: never on the variant, so
that variants are compared in pairs, and never on a counter, so that one more trial changes no other.
"""

from __future__ import annotations

from functools import partial
from hashlib import sha256

import numpy as np

from lab.parts import Stream


def generator(seed: int, trial: int, purpose: str) -> np.random.Generator:
    """The generator of one purpose in one trial: ``SeedSequence([seed, hash(purpose, trial)])``."""
    name = int.from_bytes(sha256(f"{purpose}/trial {trial}".encode()).digest()[:8], "big")
    return np.random.default_rng(np.random.SeedSequence([seed, name]))


def stream(seed: int, trial: int) -> Stream:
    """The streams of a trial: purpose → generator."""
    return partial(generator, seed, trial)
