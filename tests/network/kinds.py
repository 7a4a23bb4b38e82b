"""The kinds of processor that this one can take the place of."""

import platform
from contextlib import contextmanager

import pytest

from lab.network import compiled
from lab.network.kernel.build import VARIANTS
from lab.network.kernel.library import Functions, library

OPENED, OWN = library() or (None, "")
KINDS = list(VARIANTS.get(platform.machine().lower(), {}))
KINDS = KINDS[KINDS.index(OWN) :] if OWN else []
"""Those whose kernels run here, its own first."""


@contextmanager
def by_the_kernel_of(kind):
    """Engines that are made meanwhile compute by the kernel of this kind of processor."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(compiled, "functions", lambda dtype: Functions(OPENED, kind, dtype.itemsize))
        yield
