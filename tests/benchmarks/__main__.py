"""All benchmarks, one after the other: ``python -m tests.benchmarks``.

torch, jax and scikit-learn are measured beside the lab where they are installed (extra ``bench``).
"""

from tests.benchmarks import around, formulas, matrix_form, recording, stack, step, sweep

# The sweep first: it wants all cores, and the others keep this process to one.
for benchmark in (sweep, step, stack, recording, formulas, matrix_form, around):
    benchmark.main()
    print()
