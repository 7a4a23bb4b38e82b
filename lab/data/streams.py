"""Random numbers named by what they are for."""

from __future__ import annotations

from hashlib import sha256

import numpy as np


def stream(seed: int, purpose: str) -> np.random.Generator:
    """The generator for this purpose: another purpose's draws, however many, never change its own."""
    named = int.from_bytes(sha256(purpose.encode()).digest()[:8])
    return np.random.default_rng(np.random.SeedSequence([seed, named]))
