"""What is wrong with the train and the test part before any training: classes that are not in both."""

import pandas as pd

from lab.analysis.case import Case
from lab.analysis.rule import Seen, rounded, whole


def absent(case: Case) -> pd.DataFrame:
    """The number of classes without a training example, the same for all trials."""
    return whole(pd.Series(case.known("absent"), case.trials["trial"]))


def says_absent(case: Case, seen: Seen) -> str:
    """How many classes have no example."""
    outputs = case.width(case.hidden.stop)
    some = f"{seen.value:.0f} of the {max(outputs, 2)} classes {'has' if seen.value == 1 else 'have'}"
    return f"class missing: {some} no training example, so that no answer to them can be learned"


def shift(case: Case) -> pd.DataFrame:
    """How far the means of the targets lie apart, where there are enough test examples to tell."""
    return whole(pd.Series(case.shift, case.trials["trial"]))


def says_shift(case: Case, seen: Seen) -> str:
    """How far apart the targets of the two parts are."""
    what = "the share of a class" if case.classes else "the mean target"
    return (
        f"the parts differ: from the training to the test data {what} changes by {rounded(seen.value)} "
        "standard deviations"
    )
