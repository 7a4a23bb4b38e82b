"""What is wrong with the data before any training: parts that are not alike, targets out of reach."""

from math import nan

import numpy as np

from lab.analysis.case import Case
from lab.analysis.rule import Seen, rounded
from lab.analysis.rules.learning import unlearned
from lab.analysis.rules.words import percent
from lab.numerics import Array


def absent(case: Case) -> Array:
    """The number of classes without a training example, the same for all trials."""
    return np.full(len(case.trials), case.known("absent"))


def says_absent(case: Case, seen: Seen) -> str:
    """How many classes have no example."""
    outputs = case.width(case.output)
    some = f"{seen.value:.0f} of the {max(outputs, 2)} classes {'has' if seen.value == 1 else 'have'}"
    return f"class missing: {some} no training example, so that no answer to them can be learned"


def shift(case: Case) -> Array:
    """How far the means of the targets lie apart, where there are enough test examples to tell."""
    return np.full(len(case.trials), case.shift)


def says_shift(case: Case, seen: Seen) -> str:
    """How far apart the targets of the two parts are."""
    what = "the share of a class" if case.classes else "the mean target"
    return (
        f"the parts differ: from the training to the test data {what} changes by {rounded(seen.value)} "
        "standard deviations"
    )


def unreached(case: Case) -> Array:
    """The share of targets that the output cannot reach, of trials that have not learned their task."""
    return np.where(unlearned(case), case.known("unreached"), nan)


def says_unreached(case: Case, seen: Seen) -> str:
    """How many targets are out of reach."""
    return f"out of reach: {percent(seen.value)} of the targets lie outside the range of the output's σ"
