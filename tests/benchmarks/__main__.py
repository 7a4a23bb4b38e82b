"""The benchmarks, one after the other: all, or those that are named: ``python -m tests.benchmarks step``.

torch, jax and scikit-learn are measured beside the lab where they are installed (extra ``bench``).
``--write`` measures all, and writes the tables into the READMEs, all from this one run of one commit.
"""

import os
import sys
from collections.abc import Collection, Sequence

import numpy as np
from threadpoolctl import threadpool_limits

from tests.benchmarks import around, formulas, job, matrix_form, recording, stack, step, sweep
from tests.benchmarks.timing import on_one_core
from tests.benchmarks.writing import READMES, ROOT, commit, markdown, origin, shown, written

# The sweep first: it wants all cores, and the others keep this process to one.
MODULES = (sweep, job, step, stack, recording, formulas, matrix_form, around)
BENCHMARKS = {module.__name__.rpartition(".")[2]: module for module in MODULES}


def measured(names: Collection[str]) -> dict[str, list[Sequence[str]]]:
    """The tables of these benchmarks, each printed row by row."""
    tables = {}
    for name, module in BENCHMARKS.items():
        if module is not sweep:
            on_one_core()
        if name in names:
            print(f"{module.TITLE}\n")
            with np.errstate(all="ignore"), threadpool_limits(1):
                tables[name] = shown(module.rows())
            print()
    return tables


def write() -> None:
    """Measure all and write it; SystemExit where the files are not those of one commit, all along."""
    began, told = commit(ROOT), origin()
    if began is None or began.endswith("+"):
        raise SystemExit("--write measures a commit: commit what has changed first")
    tables = {name: markdown(rows) for name, rows in measured(BENCHMARKS).items()}
    if commit(ROOT) != began:
        raise SystemExit("the files changed meanwhile; nothing was written")
    for path in READMES:
        path.write_text(written(path.read_text("utf-8"), {"origin": told, **tables}), "utf-8")


def main(words: Sequence[str]) -> None:
    """As the command line says; SystemExit where a word is not known."""
    if list(words) == ["--write"]:
        write()
    elif unknown := set(words) - BENCHMARKS.keys():
        raise SystemExit(f"expected --write alone, or some of {', '.join(BENCHMARKS)}; got {sorted(unknown)}")
    else:
        print(f"{origin()}\n")
        measured(words or BENCHMARKS)


if __name__ == "__main__":
    # Who starts the lab has its byte code from the first time on.
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
    main(sys.argv[1:])
