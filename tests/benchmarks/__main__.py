"""The benchmarks, one after the other: all, or those that are named: ``python -m tests.benchmarks step``.

torch, jax and scikit-learn are measured beside the lab where they are installed (extra ``bench``).
"""

import sys

import numpy as np
from threadpoolctl import threadpool_limits

from tests.benchmarks import around, formulas, matrix_form, recording, stack, step, sweep
from tests.benchmarks.timing import on_one_core

wanted = sys.argv[1:]
# The sweep first: it wants all cores, and the others keep this process to one.
for benchmark in (sweep, step, stack, recording, formulas, matrix_form, around):
    if benchmark is not sweep:
        on_one_core()
    if not wanted or benchmark.__name__.rpartition(".")[2] in wanted:
        with np.errstate(all="ignore"), threadpool_limits(1):
            benchmark.main()
        print()
