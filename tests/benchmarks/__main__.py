"""All benchmarks, one after the other: ``python -m tests.benchmarks``.

torch, jax and scikit-learn are measured beside the lab where they are installed (extra ``bench``).
"""

from tests.benchmarks import formulas, matrix_form, recording, step

for benchmark in (step, recording, matrix_form, formulas):
    benchmark.main()
    print()
